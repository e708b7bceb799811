/**
 * What each gate said since this coordinator started: how often (`outrider_gate_samples_total`), and of the last rollouts
 * the last verdicts themselves, for whoever looks at one. In memory alone: nothing is decided by it.
 */
import type { GateVerdict } from '@outrider/shared/domain/gate.js';

const MOST_ROLLOUTS = 5;
/** Of each gate in a rollout. */
const MOST_VERDICTS = 60;

export interface GateSample extends Pick<GateVerdict, 'outcome' | 'value' | 'limit' | 'host' | 'agent' | 'reason'> {
  /** Epoch milliseconds. */
  readonly at: number;
}

/** By gate, oldest first. */
export type GateSamples = Readonly<Record<string, readonly GateSample[]>>;

export class GateTally {
  private readonly counts = new Map<string, { readonly gate: string; readonly result: string; count: number }>();
  private readonly rollouts = new Map<string, Map<string, GateSample[]>>();

  add(gate: string, verdict: GateVerdict, rollout: string, at: number): void {
    const result = verdict.outcome;
    const key = `${gate}/${result}`;
    const known = this.counts.get(key) ?? { gate, result, count: 0 };
    known.count += 1;
    this.counts.set(key, known);
    this.keep(gate, { ...verdict, at }, rollout);
  }

  all(): readonly { readonly gate: string; readonly result: string; readonly count: number }[] {
    return [...this.counts.values()];
  }

  /** Of a rollout that this coordinator has led lately; else empty. */
  samplesOf(rollout: string): GateSamples {
    return Object.fromEntries(this.rollouts.get(rollout) ?? []);
  }

  private keep(gate: string, sample: GateSample, rollout: string): void {
    const gates = this.rollouts.get(rollout) ?? new Map<string, GateSample[]>();
    this.rollouts.set(rollout, gates);
    gates.set(gate, [...(gates.get(gate) ?? []), sample].slice(-MOST_VERDICTS));
    const [oldest] = this.rollouts.keys();
    if (this.rollouts.size > MOST_ROLLOUTS && oldest !== undefined) this.rollouts.delete(oldest);
  }
}
