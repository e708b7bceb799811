/** Events that Redis has not taken yet, oldest first; bounded, the oldest go first. Holds them in memory only. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';

export class EventSpool {
  private readonly waiting: OutriderEvent[] = [];
  private lost = 0;

  constructor(private readonly most: number) {}

  push(event: OutriderEvent): void {
    this.waiting.push(event);
    if (this.waiting.length > this.most) {
      this.waiting.shift();
      this.lost += 1;
    }
  }

  /** The oldest, left in place. */
  head(count: number): readonly OutriderEvent[] {
    return this.waiting.slice(0, count);
  }

  /** Takes away those of `delivered` that still are at the head: some may have been dropped meanwhile. */
  remove(delivered: readonly OutriderEvent[]): void {
    const done = new Set(delivered.map((event) => event.id));
    let count = 0;
    for (const event of this.waiting) {
      if (!done.has(event.id)) break;
      count += 1;
    }
    this.waiting.splice(0, count);
  }

  get size(): number {
    return this.waiting.length;
  }

  /** How many were dropped, ever. */
  get dropped(): number {
    return this.lost;
  }
}
