/** Errors of agents, each as it was kept, in a Redis stream that sidecars write. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { RecentIds } from '@outrider/shared/runtime/recent-ids.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { ErrorLog } from '../api/ports.js';
import { EventTail } from './event-tail.js';
import { ask } from './guard.js';
import { eventIn } from './stream-entry.js';

const PAGE = 500;

export class RedisErrors implements ErrorLog {
  private readonly tail: EventTail;

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: Pick<FleetKeys, 'errors'>,
  ) {
    this.tail = new EventTail(redis, keys.errors);
  }

  async since(from: number): Promise<readonly OutriderEvent[]> {
    const found: OutriderEvent[] = [];
    for (let place = String(from); ;) {
      const entries = await ask(this.redis.xrange(this.keys.errors, place, '+', 'COUNT', PAGE));
      for (const [, fields] of entries) {
        const event = eventIn(fields);
        if (event !== undefined) found.push(event);
      }
      const last = entries.at(-1)?.[0];
      if (last === undefined || entries.length < PAGE) return found;
      place = `(${last}`;
    }
  }

  async *follow(
    from: number,
    choose: (past: readonly OutriderEvent[]) => readonly OutriderEvent[],
    signal: AbortSignal,
  ): AsyncIterable<OutriderEvent> {
    // Opened before the past is read: what comes meanwhile is in both, and told once.
    const inbox = await this.tail.open();
    const stop = (): void => inbox.close();
    signal.addEventListener('abort', stop, { once: true });
    const seen = new RecentIds();
    try {
      const past = await this.since(from);
      for (const { id } of past) seen.isNew(id);
      yield* choose(past);
      while (!signal.aborted) {
        for (const [, fields] of await inbox.take()) {
          const event = eventIn(fields);
          if (event !== undefined && seen.isNew(event.id)) yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      inbox.close();
    }
  }
}
