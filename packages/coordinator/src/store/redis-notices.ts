/** How far people have been told of the fleet's history, and the history itself, in Redis. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { EVENT_FIELD, type FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { Redis } from 'ioredis';
import type { NoticeLog, PlacedEvent } from '../notify/ports.js';
import { ask } from './guard.js';

const BEGINNING = '0-0';

export class RedisNotices implements NoticeLog {
  constructor(
    private readonly redis: Redis,
    private readonly keys: FleetKeys,
  ) {}

  async after(place: string, count: number): Promise<readonly PlacedEvent[]> {
    const entries = await ask(this.redis.xrange(this.keys.events, `(${place}`, '+', 'COUNT', count));
    return entries.map(([place, fields]) => {
      const event = parse(fields);
      return event === undefined ? { place } : { place, event };
    });
  }

  async newest(): Promise<string> {
    const [last] = await ask(this.redis.xrevrange(this.keys.events, '+', '-', 'COUNT', 1));
    return last?.[0] ?? BEGINNING;
  }

  async toldUpTo(target: string): Promise<string | undefined> {
    return (await ask(this.redis.hget(this.keys.notices, target))) ?? undefined;
  }

  async remember(target: string, place: string): Promise<void> {
    await ask(this.redis.hset(this.keys.notices, target, place));
  }
}

/** Undefined: it is no event of ours. */
function parse(fields: readonly string[]): OutriderEvent | undefined {
  const text = fields[fields.indexOf(EVENT_FIELD) + 1];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as OutriderEvent;
  } catch {
    return undefined;
  }
}
