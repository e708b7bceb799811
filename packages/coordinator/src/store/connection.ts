/** Opens the coordinator's connection to Redis, with the scripts. Its limits go with those of the lease (engine/lease-times.ts). */
import type { RedisAddress } from '@outrider/shared/runtime/redis-address.js';
import { openRedis, type RedisClient, type RedisLimits } from '@outrider/shared/runtime/redis-client.js';
import { type Scripts, withScripts } from './scripts.js';

/**
 * A server that hangs is left within a lease, so that the lease can be taken from its successor. Attempts to connect
 * are short and many: a failover of Redis must not be waited out in a long one.
 */
const LIMITS: RedisLimits = { commandMs: 2_000, connectMs: 2_000, silentMs: 2_500, retryMs: 500 };

/** Never throws; while Redis is away commands are refused at once. `onError` hears of each failed attempt. */
export const openStore = (address: RedisAddress, onError: (error: Error) => void): RedisClient & Scripts =>
  withScripts(openRedis(address, LIMITS, onError));

/** Waits a moment for Redis, so that a start on a healthy machine is whole at once. Goes on without it. */
export function connected(redis: RedisClient, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
