/**
 * Owns the way from "this release should run" to the supervisor's target: files are proven before the first agent
 * is touched. Never decides which release that is.
 */
import { keptReleases } from '@outrider/shared/domain/agent-release.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { RunEffect } from '../host/host-event.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import { scaledSpec } from './host-driver-specs.js';
import type { AgentSupervisor, Convergence, Releases } from './ports.js';
import type { TargetHow } from './target-how.js';

export interface TargetsOptions {
  readonly releases: Releases;
  readonly supervisor: AgentSupervisor;
  readonly clock: Clock;
  /** The orders on instances that are in force where it runs. */
  readonly ordersOn: (app: string, release: ReleaseRef) => ScaledAgents | undefined;
  /** The comparing of files is over: a target has been set, or what it waits for has changed. */
  readonly onProven: (app: string) => void;
  /** A release that is to be switched to is not fit to run; or, blameless, the one to go back to is not. */
  readonly onUnfit: (app: string, release: ReleaseRef, reason: string, blameless: boolean) => void;
}

/** Files that are not as they should be may be mended meanwhile, by staging the release again. */
const TRY_AGAIN_MS = 5_000;

interface Run {
  readonly effect: RunEffect;
  applied: boolean;
  problem?: string;
  cancel?: () => void;
}

export class Targets {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly options: TargetsOptions) {}

  /** Replaces what was asked for before, also where that was still being verified. */
  run(app: string, effect: RunEffect): void {
    this.runs.get(app)?.cancel?.();
    const run: Run = { effect, applied: false };
    this.runs.set(app, run);
    const { release, mode, verify } = effect;
    if (release === undefined) {
      this.options.supervisor.setTarget(app, undefined, mode, howOf(effect));
      run.applied = true;
    } else if (verify || !this.applyNow(app, run, release)) {
      // On the way back, what we come from must not go on meanwhile.
      if (mode === 'steady') this.options.supervisor.hold(app);
      void this.prove(app, run, release);
    }
  }

  /** The release whose agents the supervisor was told to run; undefined: none yet, its files come first. */
  applied(app: string): RunEffect | undefined {
    const run = this.runs.get(app);
    return run?.applied === true ? run.effect : undefined;
  }

  /** Its files are being compared; the supervisor knows nothing of it yet. */
  isProving(app: string): boolean {
    const run = this.runs.get(app);
    return run?.applied === false && run.problem === undefined;
  }

  convergence(app: string): Convergence {
    const run = this.runs.get(app);
    if (run === undefined || run.applied) return this.options.supervisor.convergence(app);
    const name = `the files of ${run.effect.release?.version ?? app}`;
    if (run.problem === undefined) return { state: 'converging', waitingFor: `${name} to be verified` };
    return {
      state: 'converging',
      waitingFor: `${name} to be mended`,
      culprit: { agent: name, cause: run.problem, log: [] },
    };
  }

  stop(): void {
    for (const run of this.runs.values()) run.cancel?.();
    this.runs.clear();
  }

  private applyNow(app: string, run: Run, release: ReleaseRef): boolean {
    const { releases, supervisor, ordersOn } = this.options;
    try {
      const spec = scaledSpec(releases.spec(app, release), ordersOn(app, release));
      const keptTrees = new Map(keptReleases(spec).map((kept) => [kept.digest, releases.tree(app, kept)]));
      const target = { release, spec, tree: releases.tree(app, release), keptTrees };
      supervisor.setTarget(app, target, run.effect.mode, howOf(run.effect));
      run.applied = true;
      return true;
    } catch (error) {
      run.problem = messageOf(error);
      return false;
    }
  }

  private async prove(app: string, run: Run, release: ReleaseRef): Promise<void> {
    const { releases, clock, onProven, onUnfit } = this.options;
    const { fallback, mode } = run.effect;
    let problem: string | undefined;
    let blameless = fallback !== undefined;
    try {
      if (fallback !== undefined) await releases.verify(app, fallback, 'check');
      blameless = false;
      await releases.verify(app, release, 'mend');
    } catch (error) {
      problem = messageOf(error);
    }
    if (this.runs.get(app) !== run) return;
    if (problem === undefined && this.applyNow(app, run, release)) {
      delete run.problem;
    } else {
      run.problem = problem ?? run.problem ?? '';
      run.cancel = clock.after(TRY_AGAIN_MS, () => void this.prove(app, run, release));
      if (mode === 'switch') onUnfit(app, release, run.problem, blameless);
    }
    onProven(app);
  }
}

const howOf = ({ strategy, urgent }: RunEffect): TargetHow => ({
  ...(strategy === undefined ? {} : { strategy }),
  ...(urgent === undefined ? {} : { urgent }),
});
