/** The keys that the configuration files of both daemons have. Each daemon adds its own and its defaults. */
import { z } from 'zod';
import { isName, NAME_RULE } from '../domain/name.js';
import { environmentName } from './environment-name.js';
import { LOG_LEVELS } from './logger.js';
import { parseHostPort } from './listen.js';
import { choice, flag, list, mapOf, must, name, strict, text } from './shape.js';

const ADDRESS_RULE = 'HOST:PORT or [IPV6]:PORT';

/** One address to listen on or to call. */
export const hostPort = () =>
  z.string(must(ADDRESS_RULE)).refine((value) => parseHostPort(value) !== undefined, must(ADDRESS_RULE));

/** A list of addresses to listen on; the first is the one that others are told. */
export const listenOn = () =>
  list(hostPort(), '["127.0.0.1:7070"]').refine((items) => items.length > 0, must('at least one address'));

const ENVIRONMENT_RULE = `the name of an environment (${NAME_RULE})`;
export const environment = () =>
  z.string(must(ENVIRONMENT_RULE)).refine(isName, must(ENVIRONMENT_RULE)).transform(environmentName);

const REDIS_RULE = 'a URL such as redis://127.0.0.1:6379/0';
const redisNodes = (port: number) =>
  list(hostPort(), `["10.0.0.11:${port}"]`).refine((items) => items.length > 0, must('at least one address'));

/** Ways to say where Redis is; one of them is taken. */
const REDIS_PLACES = ['url', 'sentinels', 'cluster'] as const;

export const redis = strict(
  {
    url: z
      .string(must(REDIS_RULE))
      .refine(
        (value) => URL.canParse(value) && ['redis:', 'rediss:', 'unix:'].includes(new URL(value).protocol),
        must(REDIS_RULE),
      )
      .optional(),
    sentinels: redisNodes(26379).optional(),
    /** Under which the sentinels know the master; default: mymaster. */
    name: text('the name that the sentinels give the master').optional(),
    sentinel_username: text().optional(),
    sentinel_password_file: text('a path').optional(),
    /** Some nodes of a Redis Cluster. */
    cluster: redisNodes(6379).optional(),
    username: text().optional(),
    /** The password is the first line of this file, so that it stands in no configuration. */
    password_file: text('a path').optional(),
    tls: strict({
      ca: text('a path').optional(),
      cert: text('a path').optional(),
      key: text('a path').optional(),
      server_name: text('the name that the certificate has').optional(),
    }).optional(),
  },
  { instead: { password: 'password_file', host: 'url', port: 'url', nodes: 'cluster', sentinel: 'sentinels' } },
).superRefine((given, context) => {
  const problem = (key: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [key], message });
  };
  const [place, other] = REDIS_PLACES.filter((key) => given[key] !== undefined);
  if (place !== undefined && other !== undefined) {
    problem(other, `and redis.${place} exclude each other: keep the one that says where Redis is.`);
  }
  for (const key of ['name', 'sentinel_username', 'sentinel_password_file'] as const) {
    if (given[key] !== undefined && given.sentinels === undefined) problem(key, 'is of use with redis.sentinels only.');
  }
  if (given.tls === undefined) return;
  if (given.url?.startsWith('unix:') === true) problem('tls', 'is of no use for a unix socket: leave it out.');
  if ((given.tls.cert === undefined) !== (given.tls.key === undefined)) {
    problem('tls', 'must have cert and key, or neither.');
  }
});

export const log = strict({
  level: choice(LOG_LEVELS).default('info'),
  format: choice(['json']).default('json'),
  /** A file instead of standard error. */
  file: text('a path').optional(),
  /** False: nothing on standard error. */
  console: flag().default(true),
});

const folder = () => text('an absolute path').refine((path) => path.startsWith('/'), must('an absolute path'));

/** For `strict({ ...commonConfig, ... })`. */
export const commonConfig = {
  environment: environment().default('local'),
  data_dir: folder().default('/var/lib/outrider'),
  run_dir: folder().default('/run/outrider'),
  log_dir: folder().default('/var/log/outrider'),
  /** A second accepted token, the fleet's. */
  token_file: folder().optional(),
  redis: redis.prefault({}),
  insecure: flag().default(false),
  log: log.prefault({}),
} as const;

/** Keys that are known to both and carried by neither yet. */
export const COMMON_UNSUPPORTED: readonly string[] = ['tls'];

export const labels = () => mapOf(text('a text'), 'a map of labels').default({});
export const hostName = () => name('the name of a host');
