/**
 * What Redis has not taken yet, oldest first; bounded, the oldest go first, and what can be spared before what
 * can't. Holds it in memory only.
 */
export class EventSpool<T> {
  private readonly waiting: T[] = [];
  private lost = 0;
  private spare = 0;

  constructor(
    private readonly most: number,
    private readonly isSpare: (item: T) => boolean = () => false,
  ) {}

  push(item: T): void {
    this.waiting.push(item);
    if (this.isSpare(item)) this.spare += 1;
    if (this.waiting.length <= this.most) return;
    const index = this.spare === 0 ? 0 : this.waiting.findIndex(this.isSpare);
    this.count(this.waiting.splice(index, 1));
    this.lost += 1;
  }

  /** The oldest, left in place. */
  head(count: number): readonly T[] {
    return this.waiting.slice(0, count);
  }

  /** Takes away those of `delivered` that still are there: some may have been dropped meanwhile. */
  remove(delivered: readonly T[]): void {
    const done = new Set(delivered);
    let count = 0;
    for (const item of this.waiting) {
      if (!done.has(item)) break;
      count += 1;
    }
    this.count(this.waiting.splice(0, count));
  }

  get size(): number {
    return this.waiting.length;
  }

  /** How many were dropped, ever. */
  get dropped(): number {
    return this.lost;
  }

  private count(gone: readonly T[]): void {
    this.spare -= gone.filter(this.isSpare).length;
  }
}
