/**
 * Where Redis is and how one is let in, as the settings `redis` of both daemons say it. Reads the files that they name;
 * connects to nothing.
 */
import { readFileSync } from 'node:fs';
import { messageOf, OutriderError } from './errors.js';
import { formatHostPort, type HostPort, parseHostPort } from './listen.js';

export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate of the server must have; absent: the host that is connected to. */
  readonly serverName?: string;
}

export type RedisAddress = {
  readonly username?: string;
  readonly password?: string;
  /** Absent: as the URL says; `redis:` is in the clear, `rediss:` is not. */
  readonly tls?: RedisTls;
} & (
  | {
      readonly kind: 'single';
      /** `redis://HOST:PORT/DB`, `rediss://...` or `unix:/PATH`. */
      readonly url: string;
    }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostPort[];
      /** Under which the sentinels know the master. */
      readonly name: string;
      /** Of the sentinels themselves, which have accounts of their own. */
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    }
  | {
      readonly kind: 'cluster';
      /** Some of its nodes; they name the others. */
      readonly nodes: readonly HostPort[];
    }
);

/** As the settings were read; `config-common.ts` has their rules. */
export interface RedisSettings {
  readonly url?: string | undefined;
  readonly sentinels?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly sentinel_username?: string | undefined;
  readonly sentinel_password_file?: string | undefined;
  readonly cluster?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly password_file?: string | undefined;
  readonly tls?:
    | {
        readonly ca?: string | undefined;
        readonly cert?: string | undefined;
        readonly key?: string | undefined;
        readonly server_name?: string | undefined;
      }
    | undefined;
}

const DEFAULT_URL = 'redis://127.0.0.1:6379';
const DEFAULT_NAME = 'mymaster';

/** @throws OutriderError('invalid') for a file that can't be read or is of no use, named with its key. */
export function redisAddress(settings: RedisSettings, file: string = 'configuration'): RedisAddress {
  const read = (key: string, path: string): string => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new OutriderError('invalid', `${file}: redis.${key} ${path} cannot be read: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  };
  const firstLine = (key: string, path: string | undefined): string | undefined =>
    path === undefined ? undefined : (read(key, path).split('\n')[0]?.trim() ?? '');
  const tls = settings.tls === undefined ? undefined : tlsOf(settings.tls, read, file);
  const access = {
    ...defined('username', settings.username),
    ...defined('password', firstLine('password_file', settings.password_file)),
    ...defined('tls', tls),
  };
  if (settings.cluster !== undefined) return { ...access, kind: 'cluster', nodes: hostPorts(settings.cluster) };
  if (settings.sentinels === undefined) return { ...access, kind: 'single', url: settings.url ?? DEFAULT_URL };
  return {
    ...access,
    kind: 'sentinel',
    sentinels: hostPorts(settings.sentinels),
    name: settings.name ?? DEFAULT_NAME,
    ...defined('sentinelUsername', settings.sentinel_username),
    ...defined('sentinelPassword', firstLine('sentinel_password_file', settings.sentinel_password_file)),
  };
}

/** For people: where it is, without user and password. */
export function placeOfRedis(address: RedisAddress): string {
  if (address.kind === 'cluster') return `a cluster at ${address.nodes.map(formatHostPort).join(', ')}`;
  if (address.kind === 'sentinel')
    return `${address.name}, watched by ${address.sentinels.map(formatHostPort).join(', ')}`;
  const { hostname, port, pathname, protocol } = new URL(address.url);
  return protocol === 'unix:' ? pathname : `${hostname}:${port === '' ? 6379 : port}`;
}

/**
 * One server for programs that know nothing of sentinels and clusters; undefined for a unix socket. Of a cluster any
 * node does; of what sentinels watch nobody can say today who is the master tomorrow.
 */
export function oneServerOf(address: RedisAddress): HostPort | undefined {
  if (address.kind === 'cluster') return address.nodes[0];
  if (address.kind === 'sentinel' || address.url.startsWith('unix:')) return undefined;
  const { hostname, port } = new URL(address.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 6379 : port) };
}

type Read = (key: string, path: string) => string;

function tlsOf({ ca, cert, key, server_name }: NonNullable<RedisSettings['tls']>, read: Read, file: string): RedisTls {
  const whole = (part: string, path: string | undefined): string | undefined =>
    path === undefined ? undefined : read(`tls.${part}`, path);
  const tls: RedisTls = {
    ...defined('ca', whole('ca', ca)),
    ...defined('cert', whole('cert', cert)),
    ...defined('key', whole('key', key)),
    ...defined('serverName', server_name),
  };
  for (const part of [{ ca: tls.ca }, { cert: tls.cert }, { key: tls.key }, { cert: tls.cert, key: tls.key }]) {
    const given = Object.entries(part).filter(([, text]) => text !== undefined);
    if (given.length < Object.keys(part).length) continue;
    try {
      // Loaded by the few that use it.
      process.getBuiltinModule('node:tls').createSecureContext(part);
    } catch (error) {
      const keys = given.map(([name]) => `redis.tls.${name}`).join(' and ');
      const paths = given.map(([name]) => ({ ca, cert, key })[name as 'ca']).join(' and ');
      throw new OutriderError('invalid', `${file}: ${keys} (${paths}) cannot be used: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }
  return tls;
}

const hostPorts = (list: readonly string[]): HostPort[] => list.flatMap((text) => parseHostPort(text) ?? []);

/** A property that is there only where its value is. */
const defined = <const K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: T });
