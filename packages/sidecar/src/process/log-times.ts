/**
 * When a log was how long: a bounded list of (time, offset), dense for the last minutes, ever thinner before. Lines
 * carry no time of their own; this is all that is known of it. Reads no clock and no file.
 */

/** Looked at once a second: exact to a second for eight minutes, then to about a hundredth of the age. */
const MOST_SAMPLES = 1_024;
const PRECISE_MS = 2_500;
const PRECISE_PART = 0.02;

/** Milliseconds since the epoch, and how many bytes had ever been written by then. */
export type LogSample = readonly [at: number, offset: number];

export interface LogMoment {
  /** Everything that was written at the time or later stands here or after it. */
  readonly offset: number;
  /** Nothing is known of that time. */
  readonly isTooEarly?: true;
  /** What stands first may be older than was asked for: all that is known is that it was written between these. */
  readonly between?: readonly [from: number, to: number];
}

export class LogTimes {
  readonly #samples: LogSample[];
  /** When it was last seen to be as long as the last sample says. */
  #stillAt = 0;

  constructor(samples: readonly LogSample[] = []) {
    this.#samples = [...samples];
  }

  get samples(): readonly LogSample[] {
    const last = this.#samples.at(-1);
    return last === undefined || this.#stillAt <= last[0]
      ? this.#samples
      : [...this.#samples, [this.#stillAt, last[1]]];
  }

  /** Whether that was news. */
  note(at: number, offset: number): boolean {
    // A clock that was set back, or a file that was cut: what does not fit is known no more.
    for (let last = this.#samples.at(-1); last !== undefined && (last[0] > at || last[1] > offset);) {
      this.#samples.pop();
      last = this.#samples.at(-1);
    }
    const last = this.#samples.at(-1);
    if (last?.[1] === offset) {
      this.#stillAt = at;
      return false;
    }
    if (last !== undefined && this.#stillAt > last[0] && this.#stillAt <= at) {
      this.#samples.push([this.#stillAt, last[1]]);
    }
    this.#samples.push([at, offset]);
    this.#stillAt = at;
    if (this.#samples.length > MOST_SAMPLES) this.#thin();
    return true;
  }

  since(at: number): LogMoment {
    const { samples } = this;
    const next = samples.findIndex(([time]) => time > at);
    const before = samples.at(next < 0 ? -1 : next - 1);
    const after = next < 0 ? undefined : samples[next];
    if (next === 0 || before === undefined) return { offset: 0, isTooEarly: true };
    if (after === undefined || after[1] === before[1]) return { offset: before[1] };
    const age = (samples.at(-1)?.[0] ?? at) - at;
    const precise = after[0] - before[0] <= Math.max(PRECISE_MS, age * PRECISE_PART);
    return precise ? { offset: before[1] } : { offset: before[1], between: [before[0], after[0]] };
  }

  /** What stands before `offset` is gone. */
  forget(offset: number): void {
    const first = this.#samples.findIndex(([, known]) => known > offset);
    this.#samples.splice(0, (first < 0 ? this.#samples.length : first) - 1);
  }

  #thin(): void {
    const older = this.#samples.splice(0, MOST_SAMPLES / 2);
    this.#samples.unshift(...older.filter((_, index) => index % 2 === 0));
  }
}
