import type { Clock } from './clock.js';

/**
 * A clock whose `now` goes on evenly: what was the time when it was settled last, and what has gone by since. A wall clock
 * that is set meanwhile ends nothing early and holds up nothing.
 */
export class SteadyClock implements Clock {
  private offset = 0;

  constructor(private readonly clock: Clock) {
    this.settle();
  }

  /** Goes by the wall clock from now on. To be called while nothing is being timed. */
  settle(): void {
    this.offset = this.clock.now() - this.clock.monotonic();
  }

  now(): number {
    return Math.round(this.clock.monotonic() + this.offset);
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  sinceBoot(): number {
    return this.clock.sinceBoot();
  }

  after(ms: number, callback: () => void): () => void {
    return this.clock.after(ms, callback);
  }
}
