/** How late the timers of this process are. Node's own histogram of it takes 360 KiB, of which one figure would be used. */
const EVERY_MS = 250;

export class EventLoopLag {
  readonly #monotonic: () => number;
  readonly #timer: NodeJS.Timeout;
  #looked: number;
  #longestMs = 0;

  /** `monotonic`: milliseconds that only go on. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#looked = monotonic();
    this.#timer = setInterval(() => this.#look(), EVERY_MS).unref();
  }

  /** The longest, in seconds, since this was last asked. */
  take(): number {
    const longest = this.#longestMs / 1000;
    this.#longestMs = 0;
    return longest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = this.#monotonic();
    this.#longestMs = Math.max(this.#longestMs, now - this.#looked - EVERY_MS);
    this.#looked = now;
  }
}
