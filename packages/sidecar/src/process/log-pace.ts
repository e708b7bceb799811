/** How much of one log a follower is shown: so much a second, that no agent floods whoever looks on, or us. */

export const PACE = {
  linesASecond: 1_000,
  bytesASecond: 1024 * 1024,
  /** Whoever is behind by more than so many seconds' worth is taken to the newest. */
  patience: 4,
} as const;

const WINDOW_MS = 1_000;

export class LogPace {
  #endsAt = 0;
  #lines = 0;
  #bytes = 0;

  constructor(private readonly monotonic: () => number) {}

  /** Lines that may be shown now. */
  get left(): number {
    const now = this.monotonic();
    if (now >= this.#endsAt) {
      this.#endsAt = now + WINDOW_MS;
      this.#lines = this.#bytes = 0;
    }
    return this.#bytes >= PACE.bytesASecond ? 0 : PACE.linesASecond - this.#lines;
  }

  /** Milliseconds until more may be. */
  get waitMs(): number {
    return Math.max(1, this.#endsAt - this.monotonic());
  }

  took(lines: number, bytes: number): void {
    this.#lines += lines;
    this.#bytes += bytes;
  }
}
