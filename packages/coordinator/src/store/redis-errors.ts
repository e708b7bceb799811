/** Errors of agents, each as it was kept, in a Redis stream that sidecars write. */
import { type ErrorFilter, ErrorGroups, type GroupedErrors } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { RecentIds } from '@outrider/shared/runtime/recent-ids.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { ChoosePast, ErrorLog } from '../api/ports.js';
import { EventTail } from './event-tail.js';
import { ask } from './guard.js';
import { SharedReads } from './shared-reads.js';
import { eventIn } from './stream-entry.js';

const PAGE = 500;
const SECOND_MS = 1_000;

export class RedisErrors implements ErrorLog {
  private readonly tail: EventTail;
  private readonly reads = new SharedReads<GroupedErrors>(() => performance.now());

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: Pick<FleetKeys, 'errors'>,
  ) {
    this.tail = new EventTail(redis, keys.errors);
  }

  grouped(filter: ErrorFilter, from: number): Promise<GroupedErrors> {
    // To the second, so that all who ask for "the last hour" just now ask for the same.
    const since = from - (from % SECOND_MS);
    return this.reads.get(JSON.stringify([filter, since]), async () => {
      const groups = new ErrorGroups(filter);
      for await (const page of this.pages(since)) groups.add(page);
      return groups.all();
    });
  }

  async *follow(from: number, choose: ChoosePast, signal: AbortSignal): AsyncIterable<OutriderEvent> {
    // Opened before the past is read: what comes meanwhile is in both, and told once.
    const inbox = await this.tail.open();
    const stop = (): void => inbox.close();
    signal.addEventListener('abort', stop, { once: true });
    const seen = new RecentIds();
    try {
      let chosen: readonly OutriderEvent[] = [];
      for await (const page of this.pages(from)) {
        for (const { id } of page) seen.isNew(id);
        chosen = choose(chosen, page);
      }
      yield* chosen;
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

  /** Oldest first, and never more than a page of them held. */
  private async *pages(from: number): AsyncGenerator<readonly OutriderEvent[]> {
    for (let place = String(from); ;) {
      const entries = await ask(this.redis.xrange(this.keys.errors, place, '+', 'COUNT', PAGE));
      yield entries.flatMap(([, fields]) => eventIn(fields) ?? []);
      const last = entries.at(-1)?.[0];
      if (last === undefined || entries.length < PAGE) return;
      place = `(${last}`;
    }
  }
}
