/** Opens the connection to Redis: quick to say that it is away, tireless in coming back. */
import { Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  /** `redis://HOST:PORT` or `unix:///path`. */
  readonly url?: string;
  readonly sentinels?: readonly { readonly host: string; readonly port: number }[];
  /** Of the master, with `sentinels`. */
  readonly name?: string;
  readonly username?: string;
  readonly password?: string;
}

const OPTIONS = {
  commandTimeout: 2_000,
  connectTimeout: 2_000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1_000),
  // After a failover the old master answers reads and refuses writes: look for the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** Never throws; while Redis is away commands are refused at once. `onError` hears of each failed attempt. */
export function openRedis(address: RedisAddress, onError: (error: Error) => void): Redis {
  const options = {
    ...OPTIONS,
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
  };
  const redis =
    address.sentinels === undefined
      ? fromUrl(address.url ?? 'redis://127.0.0.1:6379', options)
      : new Redis({ ...options, sentinels: [...address.sentinels], name: address.name ?? 'mymaster' });
  redis.on('error', onError);
  return redis;
}

function fromUrl(url: string, options: typeof OPTIONS): Redis {
  return url.startsWith('unix://')
    ? new Redis({ ...options, path: url.slice('unix://'.length) })
    : new Redis(url, options);
}
