/**
 * Asks the gates of every bake, each at its own interval, and tells the rollout what they said. Nothing waits for a gate
 * but the gate itself; what a leader that is gone has asked is asked anew by the next.
 */
import type { GateState, GateVerdict } from '@outrider/shared/domain/gate.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RolloutEvent } from '../rollout/decision.js';
import { isAsked } from '../rollout/gate-cells.js';
import type { Assessment } from '../rollout/gates/judge-samples.js';
import { askGate } from './ask-gate.js';
import type { Fleet, GateSources } from './ports.js';

export interface GateWatchOptions {
  readonly fleet: Fleet;
  /** Absent: whatever is asked is an error. */
  readonly gates?: GateSources;
  readonly clock: Clock;
  /** Told of each verdict. */
  readonly gateSampled?: (gate: string, verdict: GateVerdict) => void;
  readonly onBug: (error: unknown) => void;
}

/** Who waits for samples looks so often whether they are there. */
const WAIT_MS = 1_000;

interface Asking {
  readonly begunAt: number;
  dueAt: number;
  isBusy: boolean;
}

interface Run {
  readonly rollout: Rollout;
  tell(event: RolloutEvent): void;
}

export class GateWatch {
  private asking = new Map<string, Asking>();

  constructor(
    private readonly options: GateWatchOptions,
    /** Aborted when the leader's term is over. */
    private readonly over: AbortSignal,
  ) {}

  /** Called often. */
  beat(runs: Iterable<Run>): void {
    const now = this.options.clock.monotonic();
    const still = new Map<string, Asking>();
    for (const run of runs) {
      for (const gate of gatesOf(run.rollout)) {
        const key = `${run.rollout.id}/${run.rollout.gateRound ?? 0}/${gate.name}`;
        const asking = this.asking.get(key) ?? { begunAt: now, dueAt: now, isBusy: false };
        still.set(key, asking);
        if (!asking.isBusy && asking.dueAt <= now) void this.ask(run, gate, asking);
      }
    }
    this.asking = still;
  }

  private async ask(run: Run, gate: GateState, asking: Asking): Promise<void> {
    asking.isBusy = true;
    const { rollout } = run;
    const { clock, gateSampled, onBug } = this.options;
    const said = await this.answerOf(rollout, gate, clock.monotonic() - asking.begunAt).catch(onBug);
    asking.isBusy = false;
    const waits = said === undefined || said.outcome === 'waiting';
    asking.dueAt = clock.monotonic() + (waits ? Math.min(WAIT_MS, gate.spec.intervalMs) : gate.spec.intervalMs);
    if (waits || this.over.aborted) return;
    gateSampled?.(gate.name, said);
    run.tell({ kind: 'gate', gate: gate.name, round: rollout.gateRound ?? 0, verdict: said, at: clock.now() });
  }

  private async answerOf(rollout: Rollout, gate: GateState, waitedMs: number): Promise<Assessment> {
    const { fleet, gates } = this.options;
    if (gates === undefined) return { outcome: 'error', reason: 'this coordinator can ask no gate' };
    try {
      return await askGate({ rollout, gate, waitedMs, fleet, sources: gates, over: this.over });
    } catch (error) {
      if (error instanceof OutriderError) return { outcome: 'error', reason: messageOf(error) };
      throw error;
    }
  }
}

const gatesOf = (rollout: Rollout): readonly GateState[] =>
  rollout.phase === 'baking' && !rollout.paused ? (rollout.gates ?? []).filter((gate) => isAsked(rollout, gate)) : [];
