/**
 * This host's side of Redis: who it is, that it is there, and what happened on it. Redis away never stops or slows
 * anything: events wait in a bounded spool and are delivered in order when it is back.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import {
  ERRORS_KEPT,
  ERRORS_KEPT_MS,
  EVENT_FIELD,
  EVENTS_KEPT,
  type FleetKeys,
  HEALTH_KEPT,
  HEALTH_KEPT_MS,
  type HostRecord,
} from '@outrider/shared/runtime/fleet-keys.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { RedisAddress } from '@outrider/shared/runtime/redis-address.js';
import { openRedis, type RedisClient, type RedisLimits } from '@outrider/shared/runtime/redis-client.js';
import { EventSpool } from './event-spool.js';

/** Nothing waits for Redis here, so it is given time. Presence asks every 3 s. */
const LIMITS: RedisLimits = { commandMs: 5_000, connectMs: 5_000, silentMs: 10_000, retryMs: 2_000 };
const SPOOLED_EVENTS = 10_000;
const BATCH = 100;
const PRESENCE_MS = 10_000;
const REFRESH_MS = 3_000;
/** After Redis has refused a write that reached it. */
const AGAIN_MS = 1_000;

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  readonly keys: FleetKeys;
  readonly record: HostRecord;
  readonly version: string;
  readonly onError: (sentence: string) => void;
  /** For tests; milliseconds. */
  readonly presence?: { readonly expiresMs: number; readonly refreshMs: number };
}

export interface RedisLink {
  publish(event: OutriderEvent): void;
  /** An error of an agent, for those who look for errors. */
  report(error: OutriderEvent): void;
  /** For the history of an agent's health. */
  judged(result: HealthResult): void;
  readonly up: boolean;
  readonly waiting: number;
  /** Why it is not up, as far as that is known; '' while it is. */
  readonly trouble: string;
  /** Milliseconds of one question. Rejects where there is no answer. */
  ping(): Promise<number>;
  /** Events that were dropped because Redis was away too long. */
  readonly dropped: number;
  /** Gives what waits a moment to get through, then ends; presence expires by itself. */
  close(withinMs?: number): Promise<void>;
}

/** An entry of a stream that waits for Redis. */
interface Waiting {
  readonly stream: string;
  readonly text: string;
  /** The stream is trimmed to about so many entries. */
  readonly most: number;
  /** And to those that are younger; absent: of any age. A stream that nothing is added to goes after that time. */
  readonly keepMs?: number;
  /** Whoever waits on the channel of the same name is told too. */
  readonly wakes: boolean;
}

/** What happened to the host is worth more than one more error or look at its health. */
const isSpare = ({ wakes }: Waiting): boolean => !wakes;

export const startRedisLink = (options: RedisLinkOptions): RedisLink => new Link(options);

class Link implements RedisLink {
  private readonly redis: RedisClient;
  private readonly spool = new EventSpool<Waiting>(SPOOLED_EVENTS, isSpare);
  private readonly refresh: NodeJS.Timeout;
  private again: NodeJS.Timeout | undefined;
  private delivering: Promise<void> | undefined;
  private closed = false;
  private lastError = '';
  private wasReady = false;

  constructor(private readonly options: RedisLinkOptions) {
    this.redis = openRedis(options.address, LIMITS, (error) => this.complain(error));
    this.redis.on('ready', () => {
      this.lastError = '';
      this.wasReady = true;
      this.register();
      this.deliver();
    });
    this.redis.on('close', () => {
      // After each failed attempt too; those have their own word.
      if (this.wasReady) this.complain('the connection was lost.');
      this.wasReady = false;
    });
    this.refresh = setInterval(() => this.register(), options.presence?.refreshMs ?? REFRESH_MS);
  }

  get up(): boolean {
    return this.redis.status === 'ready';
  }

  get trouble(): string {
    return this.lastError;
  }

  async ping(): Promise<number> {
    const began = performance.now();
    await this.redis.ping();
    return performance.now() - began;
  }

  get waiting(): number {
    return this.spool.size;
  }

  get dropped(): number {
    return this.spool.dropped;
  }

  publish(event: OutriderEvent): void {
    const { events: stream } = this.options.keys;
    this.push({ stream, text: JSON.stringify(event), most: EVENTS_KEPT, wakes: true });
  }

  report(error: OutriderEvent): void {
    const { errors: stream } = this.options.keys;
    this.push({ stream, text: JSON.stringify(error), most: ERRORS_KEPT, keepMs: ERRORS_KEPT_MS, wakes: false });
  }

  judged(result: HealthResult): void {
    const stream = this.options.keys.health(result.app, result.agent);
    this.push({ stream, text: JSON.stringify(result), most: HEALTH_KEPT, keepMs: HEALTH_KEPT_MS, wakes: false });
  }

  private push(waiting: Waiting): void {
    this.spool.push(waiting);
    this.deliver();
  }

  async close(withinMs = 500): Promise<void> {
    if (this.closed) return;
    clearInterval(this.refresh);
    if (this.up && this.delivering !== undefined) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([this.delivering, new Promise((resolve) => (timer = setTimeout(resolve, withinMs)))]);
      clearTimeout(timer);
    }
    this.closed = true;
    clearTimeout(this.again);
    this.redis.disconnect();
  }

  /** The inventory entry is written each time: a Redis that was emptied or set back must know us again. */
  private register(): void {
    if (!this.up) return;
    const { keys, record, version, presence } = this.options;
    const here = { pid: process.pid, version, at: new Date().toISOString(), endpoint: record.endpoint };
    this.redis
      .pipeline()
      .hset(keys.hosts, record.name, JSON.stringify(record))
      .set(keys.presence(record.name), JSON.stringify(here), 'PX', presence?.expiresMs ?? PRESENCE_MS)
      .exec()
      .then(
        (results) => {
          const error = results?.map(([failure]) => failure).find((failure) => failure !== null);
          if (error !== undefined) this.complain(error);
        },
        (error: unknown) => this.complain(error),
      );
  }

  private deliver(): void {
    if (this.delivering !== undefined || this.closed || !this.up || this.again !== undefined) return;
    this.delivering = this.deliverAll().finally(() => {
      this.delivering = undefined;
      // What came after the last look and before this.
      if (this.spool.size > 0) this.deliver();
    });
  }

  private async deliverAll(): Promise<void> {
    // Events of the same turn go together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.spool.size > 0 && this.up && !this.closed) {
      const batch = this.spool.head(BATCH);
      const taken = await this.send(batch);
      this.spool.remove(batch.slice(0, taken));
      if (taken < batch.length) {
        this.tryAgainLater();
        return;
      }
    }
  }

  /** How many of the batch, from its beginning, Redis has taken. An event may be sent twice; its id tells. */
  private async send(batch: readonly Waiting[]): Promise<number> {
    const pipeline = this.redis.pipeline();
    const places = batch.map((waiting) => {
      const place = pipeline.length;
      const { stream, text, most, keepMs, wakes } = waiting;
      pipeline.xadd(stream, 'MAXLEN', '~', most, '*', EVENT_FIELD, text);
      if (wakes) pipeline.publish(stream, text);
      if (keepMs !== undefined) {
        pipeline.xtrim(stream, 'MINID', '~', `${Math.max(0, Date.now() - keepMs)}-0`).pexpire(stream, keepMs);
      }
      return place;
    });
    try {
      const results = (await pipeline.exec()) ?? [];
      // The stream is the truth; a lost wake-up on the channel or a trim that failed is none of its failures.
      const added = places.map((place) => results[place]?.[0] ?? null);
      const failed = added.findIndex((error) => error !== null);
      if (failed === -1) return added.length;
      this.complain(added[failed]);
      return failed;
    } catch (error) {
      this.complain(error);
      return 0;
    }
  }

  private tryAgainLater(): void {
    if (this.closed) return;
    this.again = setTimeout(() => {
      this.again = undefined;
      this.deliver();
    }, AGAIN_MS);
  }

  /** The same trouble is told once until Redis is back. */
  private complain(error: unknown): void {
    const sentence = `Redis: ${messageOf(error)}`;
    if (sentence === this.lastError || this.closed) return;
    this.lastError = sentence;
    this.options.onError(sentence);
  }
}
