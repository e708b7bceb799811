/**
 * When a log was how long: a bounded list of (time, offset), dense for the last minutes, ever thinner before. Lines
 * carry no time of their own; this is all that is known of it. Reads no clock and no file.
 */

/** So much of its age may lie between one sample and the next; twice that and more where the list is full. */
const GAP_PART = 0.005;
const MOST_SAMPLES = 2_048;
const THIN_EVERY = 256;
/** What is told to be known no better. */
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
  /** Two plain lists of numbers, which cost a quarter of a list of pairs. */
  #at: number[];
  #offsets: number[];
  /** When it was last seen to be as long as the last sample says. */
  #stillAt = 0;
  #thinAt: number;

  constructor(samples: readonly LogSample[] = []) {
    this.#at = samples.map(([at]) => at);
    this.#offsets = samples.map(([, offset]) => offset);
    this.#thinAt = samples.length + THIN_EVERY;
  }

  get samples(): readonly LogSample[] {
    const all = this.#at.map((at, index): LogSample => [at, this.#offsets[index] ?? 0]);
    const last = all.at(-1);
    return last === undefined || this.#stillAt <= last[0] ? all : [...all, [this.#stillAt, last[1]]];
  }

  /** Whether that was news. */
  note(at: number, offset: number): boolean {
    // A clock that was set back, or a file that was cut: what does not fit is known no more.
    while ((this.#at.at(-1) ?? at) > at || (this.#offsets.at(-1) ?? offset) > offset) this.#pop();
    const last = this.#at.at(-1);
    if (this.#offsets.at(-1) === offset) {
      this.#stillAt = at;
      return false;
    }
    if (last !== undefined && this.#stillAt > last && this.#stillAt < at) {
      this.#push(this.#stillAt, this.#offsets.at(-1) ?? 0);
    }
    this.#push(at, offset);
    this.#stillAt = at;
    if (this.#at.length >= this.#thinAt) this.#thin(at);
    return true;
  }

  since(at: number): LogMoment {
    const { samples } = this;
    const next = samples.findIndex(([time]) => time > at);
    const before = next === 0 ? undefined : samples.at(next < 0 ? -1 : next - 1);
    if (before === undefined) return { offset: 0, isTooEarly: true };
    const after = next < 0 ? undefined : samples[next];
    if (after === undefined || after[1] === before[1]) return { offset: before[1] };
    const age = (samples.at(-1)?.[0] ?? at) - at;
    const precise = after[0] - before[0] <= Math.max(PRECISE_MS, age * PRECISE_PART);
    return precise ? { offset: before[1] } : { offset: before[1], between: [before[0], after[0]] };
  }

  /** What stands before `offset` is gone. */
  forget(offset: number): void {
    const first = this.#offsets.findIndex((known) => known > offset);
    const gone = Math.max(0, (first < 0 ? this.#at.length : first) - 1);
    this.#at.splice(0, gone);
    this.#offsets.splice(0, gone);
  }

  #push(at: number, offset: number): void {
    this.#at.push(at);
    this.#offsets.push(offset);
  }

  #pop(): void {
    this.#at.pop();
    this.#offsets.pop();
  }

  #thin(now: number): void {
    for (let part = GAP_PART; ; part *= 2) {
      let kept = -Infinity;
      const isKept = this.#at.map((at, index) => {
        const next = this.#at[index + 1];
        if (next !== undefined && next - kept <= part * (now - at)) return false;
        kept = at;
        return true;
      });
      const stays = (_: number, index: number): boolean => isKept[index] === true;
      this.#offsets = this.#offsets.filter(stays);
      this.#at = this.#at.filter(stays);
      if (this.#at.length <= MOST_SAMPLES) break;
    }
    this.#thinAt = this.#at.length + THIN_EVERY;
  }
}
