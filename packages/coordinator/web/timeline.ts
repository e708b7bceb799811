/**
 * Values over the last hour: what the coordinator has kept, then what came since, a point every 5 s at most. Columns are
 * of the same length; null: not known. Draws nothing.
 */
const EVERY_SECONDS = 5;
const HOUR_SECONDS = 3_600;
const SET_BACK_SECONDS = 30;

export type Column = readonly (number | null)[];

/** What was before this page: seconds since 1970 on the clock of this person, oldest first. */
export interface Past {
  readonly at: readonly number[];
  readonly columns: ReadonlyMap<string, Column>;
}

export class Timeline {
  private times: number[] = [];
  private readonly columns = new Map<string, (number | null)[]>();

  /** Seconds since 1970, as of the points. */
  get at(): readonly number[] {
    return this.times;
  }

  column(name: string): Column {
    return this.columns.get(name) ?? this.times.map(() => null);
  }

  /** `read` is called only where a point is due. */
  add(nowMs: number, read: () => ReadonlyMap<string, number | null>): void {
    const now = nowMs / 1000;
    const last = this.times.at(-1);
    // Somebody has set the clock back by more than a touch: what was before can't be drawn beside what comes.
    if (last !== undefined && now < last - SET_BACK_SECONDS) this.clear();
    else if (last !== undefined && now - last < EVERY_SECONDS) return;
    const values = read();
    for (const name of values.keys()) {
      if (!this.columns.has(name))
        this.columns.set(
          name,
          this.times.map(() => null),
        );
    }
    this.times.push(now);
    for (const [name, column] of this.columns) column.push(values.get(name) ?? null);
    this.trim(now);
  }

  /** In the place of all that is here up to the last point of `past`. */
  fill(past: Past): void {
    const end = past.at.at(-1);
    if (end === undefined) return;
    const later = this.times.findIndex((time) => time > end);
    const from = later < 0 ? this.times.length : later;
    const own = this.times.slice(from);
    for (const name of new Set([...this.columns.keys(), ...past.columns.keys()])) {
      const before = past.columns.get(name) ?? past.at.map(() => null);
      const since = this.columns.get(name)?.slice(from) ?? own.map(() => null);
      this.columns.set(name, [...before, ...since]);
    }
    this.times = [...past.at, ...own];
    this.trim(this.times.at(-1) ?? end);
  }

  private trim(now: number): void {
    const first = this.times.findIndex((time) => time >= now - HOUR_SECONDS);
    if (first > 0) for (const column of [this.times, ...this.columns.values()]) column.splice(0, first);
    for (const [name, column] of this.columns) {
      if (column.every((value) => value === null)) this.columns.delete(name);
    }
  }

  private clear(): void {
    this.times = [];
    this.columns.clear();
  }
}
