/** The fleet's history in a Redis stream. Followers read the stream itself: the channel only wakes others. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { EVENT_FIELD, EVENTS_KEPT, type FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { RecentIds } from '@outrider/shared/runtime/recent-ids.js';
import type { Redis } from 'ioredis';
import type { EventLog } from '../api/ports.js';
import { ask } from './guard.js';

type Entry = readonly [id: string, fields: readonly string[]];

const PAGE = 200;
/** How long one read of the stream waits for news. */
const BLOCK_MS = 1_000;
const RETRY_MS = 200;

export class RedisEventLog implements EventLog {
  constructor(
    private readonly redis: Redis,
    private readonly keys: FleetKeys,
  ) {}

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

  async *follow(count: number, rollout: string | undefined, signal: AbortSignal): AsyncIterable<OutriderEvent> {
    // A read that blocks needs a connection of its own.
    const reader = this.redis.duplicate({ enableOfflineQueue: true, commandTimeout: undefined });
    reader.on('error', ignore);
    const stop = (): void => reader.disconnect();
    signal.addEventListener('abort', stop, { once: true });
    const seen = new RecentIds();
    try {
      const { events, position } = await this.lastEntries(count, rollout);
      yield* events.filter((event) => seen.isNew(event.id));
      let from = position;
      while (!signal.aborted) {
        const entries = await this.next(reader, from);
        if (entries === undefined) await pause(RETRY_MS, signal);
        for (const [id, fields] of entries ?? []) {
          from = id;
          const event = parse(fields);
          if (event === undefined || (rollout !== undefined && event.rollout !== rollout)) continue;
          if (seen.isNew(event.id)) yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      reader.disconnect();
    }
  }

  /** What came after `from`; undefined while Redis is away. */
  private async next(reader: Redis, from: string): Promise<readonly Entry[] | undefined> {
    try {
      const answer = await reader.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', this.keys.events, from);
      return answer?.[0]?.[1] ?? [];
    } catch {
      return undefined;
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
        const event = parse(fields);
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

/** Whatever is no event of ours is passed over. */
function parse(fields: readonly string[]): OutriderEvent | undefined {
  const text = fields[fields.indexOf(EVENT_FIELD) + 1];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as OutriderEvent;
  } catch {
    return undefined;
  }
}

function ignore(): void {
  // The client connects again by itself.
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
