/** Lets so many bytes through in a second, whoever they are of. */
import type { Clock } from '../../runtime/clock.js';

/** What was not used may be made up for within this time. */
const BURST_MS = 200;

export class Pace {
  private dueAt = -Infinity;

  /** `bytesPerSecond` absent: as many as there are. */
  constructor(
    private readonly bytesPerSecond: number | undefined,
    private readonly clock: Pick<Clock, 'monotonic' | 'after'>,
  ) {}

  /** Resolves when the next may come. */
  async take(bytes: number): Promise<void> {
    if (this.bytesPerSecond === undefined) return;
    const now = this.clock.monotonic();
    this.dueAt = Math.max(this.dueAt, now - BURST_MS) + (bytes * 1000) / this.bytesPerSecond;
    const ms = this.dueAt - now;
    if (ms > 0) await new Promise<void>((resolve) => this.clock.after(ms, resolve));
  }
}
