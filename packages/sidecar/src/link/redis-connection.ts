/** Opens the connection to Redis: quick to say that it is away, tireless in coming back. */
import { Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  /** `redis://HOST:PORT/DB`, `rediss://...` or `unix:/PATH`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

const OPTIONS = {
  commandTimeout: 5_000,
  connectTimeout: 5_000,
  // Ends a connection whose other end vanished without a word: presence asks every 3 s.
  socketTimeout: 10_000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
  // After a failover the old master answers reads and refuses writes: look for the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** Never throws; while Redis is away commands fail at once. `onError` hears of each failed attempt. */
export function openRedis({ url, username, password }: RedisAddress, onError: (error: Error) => void): Redis {
  const options = {
    ...OPTIONS,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  const redis = url.startsWith('unix:')
    ? new Redis({ ...options, path: decodeURIComponent(new URL(url).pathname) })
    : new Redis(url, options);
  redis.on('error', onError);
  return redis;
}
