/** How often each gate said what since this coordinator started (`outrider_gate_samples_total`). Nothing is decided by it. */
import type { GateOutcome } from '@outrider/shared/domain/gate.js';

export class GateTally {
  private readonly counts = new Map<string, { readonly gate: string; readonly result: string; count: number }>();

  add(gate: string, result: GateOutcome): void {
    const key = `${gate}/${result}`;
    const known = this.counts.get(key) ?? { gate, result, count: 0 };
    known.count += 1;
    this.counts.set(key, known);
  }

  all(): readonly { readonly gate: string; readonly result: string; readonly count: number }[] {
    return [...this.counts.values()];
  }
}
