/** How far people have been told of the fleet's history, and the history itself, in Redis. */
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { NoticeLog, PlacedEvent } from '../notify/ports.js';
import { ask } from './guard.js';
import { eventIn } from './stream-entry.js';

const BEGINNING = '0-0';

export class RedisNotices implements NoticeLog {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: FleetKeys,
  ) {}

  async after(place: string, count: number): Promise<readonly PlacedEvent[]> {
    const entries = await ask(this.redis.xrange(this.keys.events, `(${place}`, '+', 'COUNT', count));
    return entries.map(([place, fields]) => {
      const event = eventIn(fields);
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
