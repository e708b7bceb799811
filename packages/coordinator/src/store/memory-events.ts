/** The twin of the Redis stream. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { noSuchEvent } from './stream-entry.js';
import type { EventLog } from '../api/ports.js';

export class MemoryEventLog implements EventLog {
  private readonly events: OutriderEvent[] = [];
  private readonly waiting = new Set<() => void>();

  async append(events: readonly OutriderEvent[]): Promise<void> {
    this.add(events);
  }

  add(events: readonly OutriderEvent[]): void {
    const known = new Set(this.events.map((event) => event.id));
    this.events.push(...events.filter((event) => !known.has(event.id)));
    for (const wake of this.waiting) wake();
  }

  /** As an emptied Redis. */
  clear(): void {
    this.events.length = 0;
  }

  async last(count: number, rollout?: string): Promise<readonly OutriderEvent[]> {
    const found = this.events.filter((event) => rollout === undefined || event.rollout === rollout);
    return count === 0 ? [] : found.slice(-count);
  }

  async after(id: string, count: number, rollout?: string): Promise<readonly OutriderEvent[]> {
    const place = this.events.findIndex((event) => event.id === id);
    if (place < 0) throw noSuchEvent(id);
    const found = this.events.slice(place + 1).filter((event) => rollout === undefined || event.rollout === rollout);
    return found.slice(0, count);
  }

  async *follow(count: number, rollout: string | undefined, signal: AbortSignal): AsyncIterable<OutriderEvent> {
    let position = this.events.length;
    yield* await this.last(count, rollout);
    while (!signal.aborted) {
      position = Math.min(position, this.events.length);
      while (position < this.events.length) {
        const event = this.events[position++];
        if (event !== undefined && (rollout === undefined || event.rollout === rollout)) yield event;
      }
      await this.news(position, signal);
    }
  }

  private news(position: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted || position < this.events.length) done();
    });
  }
}
