/** How late the timers of this process were in the last minute: the longest that anything had to wait for it. */
const EVERY_MS = 250;
const KEPT_MS = 60_000;

export class LoopLag {
  private readonly timer: NodeJS.Timeout;
  private lastMs: number;
  /** Late by at least one look; oldest first. */
  private late: { readonly at: number; readonly ms: number }[] = [];

  /** `monotonic`: milliseconds that only go on. */
  constructor(private readonly monotonic: () => number) {
    this.lastMs = monotonic();
    this.timer = setInterval(() => this.look(), EVERY_MS).unref();
  }

  /** Milliseconds, whole. */
  longest(): number {
    this.look();
    return Math.round(Math.max(0, ...this.late.map(({ ms }) => ms)));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = this.monotonic();
    const ms = now - this.lastMs - EVERY_MS;
    this.lastMs = now;
    this.late = this.late.filter(({ at }) => now - at < KEPT_MS);
    // What is no longer than one before it and older will never be the longest.
    if (ms > 1) this.late = [...this.late.filter((one) => one.ms > ms), { at: now, ms }];
  }
}
