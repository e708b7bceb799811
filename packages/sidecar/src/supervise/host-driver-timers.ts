/** One timer for each purpose; setting one anew replaces it. Timers only wake: what is due is in the state. */
import type { Clock } from '@outrider/shared/runtime/clock.js';

export class Timers<Name extends string> {
  private readonly cancels = new Map<Name, () => void>();

  constructor(private readonly clock: Clock) {}

  set(name: Name, ms: number, act: () => void): void {
    this.cancel(name);
    const cancel = this.clock.after(ms, () => {
      this.cancels.delete(name);
      act();
    });
    this.cancels.set(name, cancel);
  }

  has(name: Name): boolean {
    return this.cancels.has(name);
  }

  cancel(name: Name): void {
    this.cancels.get(name)?.();
    this.cancels.delete(name);
  }

  stop(): void {
    for (const name of [...this.cancels.keys()]) this.cancel(name);
  }
}
