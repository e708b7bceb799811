/**
 * The one connection that waits for news of the event stream, however many follow: it reads each entry once and hands
 * it to all. It is there while anybody follows. A follower that does not keep up is let go, never waited for.
 */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { openReader, type RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { ask } from './guard.js';

export type Entry = readonly [id: string, fields: readonly string[]];

const PAGE = 200;
/** How long one read of the stream waits for news. */
const BLOCK_MS = 1_000;
const RETRY_MS = 200;
/** Entries that wait for one follower. */
const MOST_WAITING = 10_000;

/** Entries for one follower, in order, until `close`. */
export class Inbox {
  private entries: Entry[] = [];
  private wake: () => void = () => undefined;
  private isClosed = false;

  constructor(private readonly leave: (inbox: Inbox) => void) {}

  put(entries: readonly Entry[]): void {
    if (this.entries.length <= MOST_WAITING) this.entries.push(...entries);
    this.wake();
  }

  /** Empty once it is closed. @throws OutriderError('unavailable') for a follower that did not keep up. */
  async take(): Promise<readonly Entry[]> {
    if (this.entries.length === 0 && !this.isClosed) await new Promise<void>((resolve) => (this.wake = resolve));
    const taken = this.entries;
    this.entries = [];
    if (taken.length <= MOST_WAITING) return taken;
    throw new OutriderError('unavailable', 'There were more events than could be sent. Follow again.');
  }

  close(): void {
    this.isClosed = true;
    this.leave(this);
    this.wake();
  }
}

export class EventTail {
  private readonly inboxes = new Set<Inbox>();
  private begun: Promise<RedisClient> | undefined;

  constructor(
    private readonly redis: RedisClient,
    private readonly key: string,
  ) {}

  /** Whatever is added to the stream from before this resolves comes into the inbox. Rejects while Redis is away. */
  async open(): Promise<Inbox> {
    const inbox = new Inbox((left) => this.left(left));
    this.inboxes.add(inbox);
    const begun = (this.begun ??= this.begin());
    try {
      await begun;
    } catch (error) {
      if (this.begun === begun) this.begun = undefined;
      inbox.close();
      throw error;
    }
    return inbox;
  }

  private async begin(): Promise<RedisClient> {
    const [last] = await ask(this.redis.xrevrange(this.key, '+', '-', 'COUNT', 1));
    // A read that blocks needs a connection of its own.
    const reader = openReader(this.redis);
    reader.on('error', ignore);
    void this.read(reader, last?.[0] ?? '0-0');
    return reader;
  }

  private left(inbox: Inbox): void {
    this.inboxes.delete(inbox);
    if (this.inboxes.size > 0) return;
    const { begun } = this;
    this.begun = undefined;
    begun?.then((reader) => reader.disconnect(), ignore);
  }

  private async read(reader: RedisClient, position: string): Promise<void> {
    let from = position;
    // A reader that was disconnected by us has ended for good; one that was cut off comes back by itself.
    while (reader.status !== 'end') {
      try {
        const answer = await reader.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', this.key, from);
        const entries: readonly Entry[] = answer?.[0]?.[1] ?? [];
        from = entries.at(-1)?.[0] ?? from;
        if (entries.length > 0) for (const inbox of this.inboxes) inbox.put(entries);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}

function ignore(): void {
  // The client connects again by itself.
}
