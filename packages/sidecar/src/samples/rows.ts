/** The last so many looks at one instance, a row each: fixed arrays, the oldest row overwritten. No value: NaN. */

export const COLUMNS = [
  'at',
  'span',
  'incarnation',
  'restarts',
  'unready_seconds',
  'errors',
  'probe_seconds',
  'memory_bytes',
] as const;
export type Column = (typeof COLUMNS)[number];
export type Row = Readonly<Record<Column, number>>;

/** As it is written to a file; a column without a value in any row may be left out. */
export interface WrittenRows {
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

export class Rows {
  private readonly columns = new Map<string, Float64Array>();
  private next = 0;
  private filled = 0;

  constructor(private readonly capacity: number) {
    for (const column of COLUMNS) this.columns.set(column, new Float64Array(capacity));
  }

  static read({ columns }: WrittenRows, capacity: number): Rows {
    const rows = new Rows(capacity);
    const length = columns['at']?.length ?? 0;
    const names = Object.keys(columns);
    for (let index = 0; index < length; index += 1) {
      const value = (name: string): number => columns[name]?.[index] ?? NaN;
      const row = Object.fromEntries(COLUMNS.map((column) => [column, value(column)])) as Record<Column, number>;
      const further = names.filter((name) => !(COLUMNS as readonly string[]).includes(name));
      rows.add(row, new Map(further.map((name) => [name, value(name)])));
    }
    return rows;
  }

  /** `further`: columns beyond the fixed ones. */
  add(row: Row, further: ReadonlyMap<string, number>): void {
    const at = this.next;
    for (const name of further.keys()) {
      if (!this.columns.has(name)) this.columns.set(name, new Float64Array(this.capacity).fill(NaN));
    }
    for (const [name, column] of this.columns)
      column[at] = name in row ? row[name as Column] : (further.get(name) ?? NaN);
    this.next = (at + 1) % this.capacity;
    this.filled = Math.min(this.capacity, this.filled + 1);
  }

  /** Oldest first; empty where there is no such column. */
  column(name: string): readonly number[] {
    const column = this.columns.get(name);
    if (column === undefined) return [];
    const first = (this.next - this.filled + this.capacity) % this.capacity;
    return Array.from({ length: this.filled }, (_, index) => column[(first + index) % this.capacity] ?? NaN);
  }

  get names(): readonly string[] {
    return [...this.columns.keys()];
  }

  write(): WrittenRows {
    const text = (name: string): (number | null)[] => this.column(name).map((one) => (Number.isNaN(one) ? null : one));
    return { columns: Object.fromEntries(this.names.map((name) => [name, text(name)])) };
  }
}
