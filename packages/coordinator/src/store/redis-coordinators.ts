/** Which coordinators there are: each says so again and again, under the endpoint of its gRPC. */
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { ask } from './guard.js';

const EVERY_MS = 5_000;
/** One that has said nothing for so long is forgotten. */
const FORGOTTEN_MS = 24 * 3_600_000;

export class RedisCoordinators {
  private cancel: () => void = () => undefined;
  private closed = false;

  constructor(
    private readonly redis: RedisClient,
    private readonly keys: FleetKeys,
    private readonly clock: Pick<Clock, 'now' | 'after'>,
  ) {}

  /** Says that this one is there, now and from now on. */
  async announce(endpoint: string): Promise<void> {
    const now = this.clock.now();
    const { coordinators } = this.keys;
    await Promise.all([
      ask(this.redis.zadd(coordinators, now, endpoint)),
      ask(this.redis.zremrangebyscore(coordinators, '-inf', now - FORGOTTEN_MS)),
    ]).catch((error: unknown) => messageOf(error));
    if (!this.closed) this.cancel = this.clock.after(EVERY_MS, () => void this.announce(endpoint));
  }

  /** `preferred` first, then the last that was heard of. */
  async others(than: string | undefined, preferred: string | undefined): Promise<readonly string[]> {
    const all = await ask(this.redis.zrevrange(this.keys.coordinators, 0, -1));
    const first = preferred === undefined ? [] : [preferred];
    return [...new Set([...first, ...all])].filter((endpoint) => endpoint !== than);
  }

  close(): void {
    this.closed = true;
    this.cancel();
  }
}
