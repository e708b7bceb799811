/** The fleet's history in a Redis stream. Followers read the stream itself: the channel only wakes others. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { EVENT_FIELD, EVENTS_KEPT, type FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { RecentIds } from '@outrider/shared/runtime/recent-ids.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { EventLog } from '../api/ports.js';
import { EventTail } from './event-tail.js';
import { ask } from './guard.js';
import { eventIn, noSuchEvent } from './stream-entry.js';

const PAGE = 200;

export class RedisEventLog implements EventLog {
  private readonly tail: EventTail;

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: FleetKeys,
  ) {
    this.tail = new EventTail(redis, keys.events);
  }

  async append(events: readonly OutriderEvent[]): Promise<void> {
    const { events: key } = this.keys;
    await Promise.all(
      events.flatMap((event) => {
        const text = JSON.stringify(event);
        return [
          ask(this.redis.xadd(key, 'MAXLEN', '~', EVENTS_KEPT, '*', EVENT_FIELD, text)),
          ask(this.redis.publish(key, text)),
        ];
      }),
    );
  }

  async last(count: number, rollout?: string): Promise<readonly OutriderEvent[]> {
    return (await this.lastEntries(count, rollout)).events;
  }

  /** Goes back from the newest: whoever asks again and again asks for what is new. */
  async after(id: string, count: number, rollout?: string): Promise<readonly OutriderEvent[]> {
    const seen = new RecentIds();
    let found: OutriderEvent[] = [];
    for (let until = '+'; ;) {
      const entries = await ask(this.redis.xrevrange(this.keys.events, until, '-', 'COUNT', PAGE));
      for (const [, fields] of entries) {
        const event = eventIn(fields);
        if (event?.id === id) return found.slice(-count).reverse();
        if (event === undefined || (rollout !== undefined && event.rollout !== rollout)) continue;
        if (seen.isNew(event.id)) found.push(event);
      }
      found = found.slice(-count - PAGE);
      const oldest = entries.at(-1)?.[0];
      if (oldest === undefined || entries.length < PAGE) throw noSuchEvent(id);
      until = `(${oldest}`;
    }
  }

  async *follow(count: number, rollout: string | undefined, signal: AbortSignal): AsyncIterable<OutriderEvent> {
    // Opened before the last ones are read: what comes meanwhile is in both, and told once.
    const inbox = await this.tail.open();
    const stop = (): void => inbox.close();
    signal.addEventListener('abort', stop, { once: true });
    const seen = new RecentIds();
    try {
      const { events, position } = await this.lastEntries(count, rollout);
      yield* events.filter((event) => seen.isNew(event.id));
      while (!signal.aborted) {
        for (const [id, fields] of await inbox.take()) {
          if (!isAfter(id, position)) continue;
          const event = eventIn(fields);
          if (event === undefined || (rollout !== undefined && event.rollout !== rollout)) continue;
          if (seen.isNew(event.id)) yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      inbox.close();
    }
  }

  /** Oldest first, with the place in the stream from which to read on. */
  private async lastEntries(
    count: number,
    rollout: string | undefined,
  ): Promise<{ readonly events: readonly OutriderEvent[]; readonly position: string }> {
    const found: OutriderEvent[] = [];
    const seen = new RecentIds();
    let position = '0-0';
    let until = '+';
    for (;;) {
      const entries = await ask(this.redis.xrevrange(this.keys.events, until, '-', 'COUNT', PAGE));
      if (until === '+') position = entries[0]?.[0] ?? position;
      for (const [, fields] of entries) {
        const event = eventIn(fields);
        if (event === undefined || (rollout !== undefined && event.rollout !== rollout)) continue;
        if (found.length < count && seen.isNew(event.id)) found.push(event);
      }
      const oldest = entries.at(-1)?.[0];
      if (oldest === undefined || entries.length < PAGE || found.length >= count) break;
      until = `(${oldest}`;
    }
    return { events: found.reverse(), position };
  }
}

/** Places in a stream: `MILLISECONDS-NUMBER`. */
function isAfter(id: string, position: string): boolean {
  const [time = 0, number = 0] = id.split('-').map(Number);
  const [otherTime = 0, otherNumber = 0] = position.split('-').map(Number);
  return time > otherTime || (time === otherTime && number > otherNumber);
}
