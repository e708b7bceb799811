/** Counts of one slot that outlive the sidecar: told to the metrics as they happen, and again by whoever takes it over. */
import { causeKey } from '../agent/cause.js';
import type { Effect } from '../agent/instance.js';
import type { SupervisionMetrics } from '../link/ports.js';

export interface Counts {
  readonly starts: number;
  readonly exits: Readonly<Record<string, number>>;
}

const NOTHING: Counts = { starts: 0, exits: {} };

export class Tally {
  #counts: Counts;

  constructor(
    private readonly metrics: SupervisionMetrics,
    private readonly app: string,
    private readonly agent: string,
    counts: Counts = NOTHING,
  ) {
    this.#counts = counts;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** `afterMs`: since its death, where it had died. */
  started(afterMs: number | undefined): void {
    this.#counts = { ...this.#counts, starts: this.#counts.starts + 1 };
    this.metrics.started(this.app, this.agent, 1);
    if (afterMs !== undefined) this.metrics.restarted(this.app, this.agent, afterMs / 1000);
  }

  /** The exits among what was decided. */
  saw(effects: readonly Effect[]): void {
    for (const effect of effects)
      if (effect.kind === 'report' && effect.event === 'agent.exited' && effect.cause !== undefined)
        this.exited(causeKey(effect.cause));
  }

  exited(cause: string): void {
    const { starts, exits } = this.#counts;
    this.#counts = { starts, exits: { ...exits, [cause]: (exits[cause] ?? 0) + 1 } };
    this.metrics.exited(this.app, this.agent, cause, 1);
  }

  /** What an earlier sidecar counted. */
  resume(): void {
    const { starts, exits } = this.#counts;
    this.metrics.started(this.app, this.agent, starts);
    for (const [cause, count] of Object.entries(exits)) this.metrics.exited(this.app, this.agent, cause, count);
  }
}
