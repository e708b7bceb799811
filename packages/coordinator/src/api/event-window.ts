/**
 * Owns the last events of the fleet in memory, so that a reader gets them and all that follow in one turn: nothing can
 * come in between. Follows the log for as long as it lives; while Redis is away it has what it had.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { EventLog } from './ports.js';

/** More than a page that was away for a moment has missed. */
const KEPT = 1_000;
const TRY_AGAIN_MS = 250;

export interface EventReader {
  event(event: OutriderEvent): void;
  /** Events were lost on the way here: whoever wants all of them has to begin anew. */
  gap(): void;
}

export class EventWindow {
  private kept: OutriderEvent[] = [];
  private readonly ids = new Set<string>();
  private readonly readers = new Set<EventReader>();
  private readonly ending = new AbortController();

  constructor(private readonly log: EventLog) {}

  /** Resolves when the last ones are here, or Redis is away. */
  async start(): Promise<void> {
    const last = await this.log.last(KEPT).catch(() => []);
    for (const event of last) this.keep(event);
    void this.follow();
  }

  /** '' before the first event. */
  cursor(): string {
    return this.kept.at(-1)?.id ?? '';
  }

  /** The last `count`, oldest first; of these only what came after `after`, and `missed` where that is not known. */
  last(count: number, after: string): { readonly events: readonly OutriderEvent[]; readonly missed: boolean } {
    const all = this.kept.slice(-count);
    if (after === '') return { events: all, missed: false };
    const place = this.kept.findIndex(({ id }) => id === after);
    const since = this.kept.slice(place + 1);
    return place < 0 ? { events: all, missed: true } : { events: since.slice(-count), missed: since.length > count };
  }

  /** Each event that is not in the window yet. Returns a function that ends it. */
  subscribe(reader: EventReader): () => void {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  }

  close(): void {
    this.ending.abort();
    this.readers.clear();
  }

  private async follow(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        let isFirst = true;
        for await (const event of this.log.follow(KEPT, undefined, signal)) {
          // The oldest of the last ones is none that we know: between ours and these some are missing.
          if (isFirst && this.kept.length > 0 && !this.ids.has(event.id)) this.lost();
          isFirst = false;
          this.tell(event);
        }
      } catch {
        // Redis is away, or there was more than could be sent: from the last ones on again.
      }
      await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private tell(event: OutriderEvent): void {
    if (this.ids.has(event.id)) return;
    this.keep(event);
    for (const reader of this.readers) reader.event(event);
  }

  private keep(event: OutriderEvent): void {
    this.kept.push(event);
    this.ids.add(event.id);
    if (this.kept.length <= KEPT) return;
    const oldest = this.kept.shift();
    if (oldest !== undefined) this.ids.delete(oldest.id);
  }

  private lost(): void {
    this.kept = [];
    this.ids.clear();
    for (const reader of this.readers) reader.gap();
  }
}
