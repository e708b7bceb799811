/**
 * Has every run of a hook that is under way done where it belongs, and tells the rollout what became of it. It is asked
 * again and again under one id, by this leader and by the next: who is asked does it once.
 */
import type { HookAnswer } from '@outrider/shared/domain/hook.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { hostOf } from '@outrider/shared/domain/rollout-place.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RolloutEvent } from '../rollout/decision.js';
import { askOf, type HookCall, hookCalls, patienceMs } from '../rollout/hook-ask.js';
import type { Boundary } from './boundary.js';
import type { Fleet, HookPorts } from './ports.js';
import type { Term } from './term.js';

export interface HookWatchOptions {
  readonly fleet: Fleet;
  /** Absent: none can be run. */
  readonly hooks?: HookPorts;
  readonly clock: Clock;
  readonly boundary: Boundary;
  readonly onBug: (error: unknown) => void;
}

/** A host is asked to answer by then, if only that it still runs. */
const WAIT_MS = 3_000;
/** After a question that nobody answered. */
const AGAIN_MS = 500;

interface Asking {
  readonly begunAt: number;
  dueAt: number;
  isBusy: boolean;
  /** Told until it is written. */
  answer?: HookAnswer | undefined;
}

interface Run {
  readonly rollout: Rollout;
  tell(event: RolloutEvent): void;
}

export class HookWatch {
  private asking = new Map<string, Asking>();

  constructor(
    private readonly options: HookWatchOptions,
    private readonly term: Term,
  ) {}

  /** Called often. */
  beat(runs: Iterable<Run>): void {
    const now = this.options.clock.monotonic();
    const still = new Map<string, Asking>();
    for (const run of runs) {
      for (const call of hookCalls(run.rollout)) {
        const asking = this.asking.get(call.run.id) ?? { begunAt: now, dueAt: now, isBusy: false };
        still.set(call.run.id, asking);
        if (!asking.isBusy && asking.dueAt <= now) void this.ask(run, call, asking);
      }
    }
    this.asking = still;
  }

  private async ask(run: Run, call: HookCall, asking: Asking): Promise<void> {
    const { clock, onBug } = this.options;
    asking.isBusy = true;
    asking.dueAt = 0;
    try {
      asking.answer ??= await this.answerOf(run.rollout, call, asking);
    } catch (error) {
      onBug(error);
    }
    asking.isBusy = false;
    if (asking.answer === undefined || this.term.ended.aborted) return;
    asking.dueAt = clock.monotonic() + AGAIN_MS;
    run.tell({ kind: 'hook', run: call.run.id, answer: asking.answer, at: clock.now() });
  }

  /** Undefined: it has not ended, as far as can be told now. */
  private async answerOf(rollout: Rollout, call: HookCall, asking: Asking): Promise<HookAnswer | undefined> {
    const { clock, boundary, hooks } = this.options;
    const { run, spec } = call;
    if (hooks === undefined) return { state: 'void', reason: 'this coordinator can run no hook', log: [] };
    let trouble = '';
    try {
      await boundary('hook.before');
      if (!this.term.isLive()) return undefined;
      const answer =
        spec.action.kind === 'command'
          ? await this.askHost(rollout, call, hooks)
          : await hooks.webhook(rollout, call, this.term.ended);
      await boundary('hook.after');
      if (answer.state !== 'running') return answer;
    } catch (error) {
      if (!(error instanceof OutriderError)) throw error;
      trouble = messageOf(error);
      asking.dueAt = clock.monotonic() + AGAIN_MS;
      if (error.code === 'invalid' || error.code === 'not_found') return { state: 'unknown', reason: trouble, log: [] };
    }
    const waitedMs = clock.monotonic() - asking.begunAt;
    if (waitedMs < patienceMs(spec)) return undefined;
    const reason = `${run.host ?? 'nobody'} has not said in ${Math.round(waitedMs / 1_000)} s what became of it`;
    return { state: 'unknown', reason: trouble === '' ? reason : `${reason}: ${trouble}`, log: [] };
  }

  private async askHost(rollout: Rollout, call: HookCall, hooks: HookPorts): Promise<HookAnswer> {
    const entry = rollout.hosts.find((one) => one.host === call.run.host);
    const host = entry === undefined ? '' : hostOf(entry);
    if (this.options.fleet.host(host)?.state === 'down') throw new OutriderError('unavailable', `${host} is down.`);
    await this.term.bind(host);
    const { epoch, holder } = this.term.lease;
    return hooks.command(host, askOf(rollout, call), { epoch, holder }, WAIT_MS);
  }
}
