/** How fast something goes, by its last seconds, and how long the rest will take. Time comes from whoever asks. */
const WINDOW_MS = 5_000;
/** Before that a guess would be none. */
const LEAST_MS = 500;

export class Pace {
  private readonly marks: { readonly at: number; readonly bytes: number }[] = [];

  /** `bytes`: all that are done. */
  mark(bytes: number, at: number): void {
    this.marks.push({ at, bytes });
    while ((this.marks[1]?.at ?? Infinity) <= at - WINDOW_MS) this.marks.shift();
  }

  /** Bytes a second; undefined: not known yet. */
  perSecond(): number | undefined {
    const [first, last] = [this.marks[0], this.marks.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return undefined;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1_000;
  }

  /** Whole seconds, at least one; undefined: not known, or it stands still. */
  secondsLeft(bytes: number): number | undefined {
    const rate = this.perSecond();
    return rate === undefined || rate === 0 ? undefined : Math.max(1, Math.ceil(bytes / rate));
  }
}
