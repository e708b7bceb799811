/**
 * Opens the connection to Redis, be it one server, one that sentinels watch, or a cluster: quick to say that it is away,
 * tireless in coming back. All of the fleet's keys share one hash tag, so a cluster answers as one server would.
 */
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { HostPort } from './listen.js';
import type { RedisAddress, RedisTls } from './redis-address.js';

/** What both can is what may be used. */
export type RedisClient = Redis | Cluster;

/** What a command answers is no matter of settings. */
type Options = Omit<RedisOptions, 'replyMapping'>;

export interface RedisLimits {
  /** A question that was not answered for so long has failed. */
  readonly commandMs: number;
  readonly connectMs: number;
  /** A connection that owes an answer and says nothing for so long has lost its other end. Longer than a read that blocks. */
  readonly silentMs: number;
  /** Longest wait between two attempts to connect. */
  readonly retryMs: number;
}

const FIRST_RETRY_MS = 50;
/** How often a cluster is asked which node has what, besides each time that one says it has moved. */
const SLOTS_EVERY_MS = 5_000;

/** Never throws; while Redis is away commands are refused at once. `onError` hears of each failed attempt. */
export function openRedis(address: RedisAddress, limits: RedisLimits, onError: (error: Error) => void): RedisClient {
  const client = clientOf(address, optionsOf(address, limits), limits);
  client.on('error', onError);
  if (address.kind === 'cluster') client.on('node error', onError);
  return client;
}

/** A connection of its own for reads that block: no answer is late there, and what is asked waits for the connection. */
export function openReader(client: RedisClient): RedisClient {
  const patient = { commandTimeout: undefined };
  return client instanceof Redis
    ? client.duplicate({ ...patient, enableOfflineQueue: true })
    : client.duplicate([], { enableOfflineQueue: true, redisOptions: patient });
}

function clientOf(address: RedisAddress, options: Options, limits: RedisLimits): RedisClient {
  switch (address.kind) {
    case 'single':
      return address.url.startsWith('unix:')
        ? new Redis({ ...options, path: decodeURIComponent(new URL(address.url).pathname) })
        : new Redis(address.url, options);
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(address, limits) });
    case 'cluster': {
      const { retryStrategy: clusterRetryStrategy, enableOfflineQueue, ...redisOptions } = options;
      return new Cluster(copies(address.nodes), {
        ...{ redisOptions, clusterRetryStrategy, enableOfflineQueue },
        slotsRefreshInterval: SLOTS_EVERY_MS,
        // Nodes are asked in turn: one that hangs must not keep the others from being asked.
        slotsRefreshTimeout: limits.connectMs / 2,
        // Names are resolved by each connection, so that a certificate is held against the name.
        dnsLookup: (name, found) => found(null, name),
      });
    }
  }
}

function optionsOf({ username, password, tls }: RedisAddress, limits: RedisLimits): Options {
  return {
    commandTimeout: limits.commandMs,
    connectTimeout: limits.connectMs,
    socketTimeout: limits.silentMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: retryWithin(limits.retryMs),
    // After a failover the old master answers reads and refuses writes: look for the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  };
}

function sentinelOptions(
  address: RedisAddress & { readonly kind: 'sentinel' },
  { commandMs, retryMs }: RedisLimits,
): Options {
  const { sentinels, name, tls, sentinelUsername, sentinelPassword } = address;
  return {
    ...{ sentinels: copies(sentinels), name, sentinelCommandTimeout: commandMs },
    sentinelRetryStrategy: retryWithin(retryMs),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls === undefined ? {} : { sentinelTLS: tlsOptions(tls), enableTLSForSentinelMode: true }),
  };
}

const tlsOptions = ({ serverName, ...files }: RedisTls): NonNullable<RedisOptions['tls']> => ({
  ...files,
  ...(serverName === undefined ? {} : { servername: serverName }),
});

const retryWithin =
  (mostMs: number) =>
  (times: number): number =>
    Math.min(FIRST_RETRY_MS * 2 ** Math.min(times, 10), mostMs);

/** The library writes into what it is given. */
const copies = (places: readonly HostPort[]): HostPort[] => places.map((place) => ({ ...place }));
