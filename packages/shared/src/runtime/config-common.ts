/** The keys that the configuration files of both daemons have. Each daemon adds its own and its defaults. */
import { isName, NAME, NAME_RULE } from '../domain/name.js';
import { environmentName } from './environment-name.js';
import { LOG_LEVELS } from './logger.js';
import { parseHostPort } from './listen.js';
import { kind } from './kind.js';
import { choice, fitting, flag, list, mapOf, must, name, strict, text } from './shape.js';

const ADDRESS_RULE = 'HOST:PORT or [IPV6]:PORT';

/** One address to listen on or to call. */
export const hostPort = () => fitting(ADDRESS_RULE, (value) => parseHostPort(value) !== undefined);

/** A list of addresses to listen on; the first is the one that others are told. */
export const listenOn = () =>
  list(hostPort(), '["127.0.0.1:7070"]').refine((items) => items.length > 0, must('at least one address'));

const ENVIRONMENT_RULE = `the name of an environment (${NAME_RULE})`;
export const environment = () =>
  kind(fitting(ENVIRONMENT_RULE, isName).transform(environmentName), {
    ...{ says: 'the name of an environment', json: { type: 'string', pattern: NAME.source } },
  });

const REDIS_RULE = 'a URL such as redis://127.0.0.1:6379/0';
const redisNodes = (port: number) =>
  list(hostPort(), `["10.0.0.11:${port}"]`).refine((items) => items.length > 0, must('at least one address'));

/** Ways to say where Redis is; one of them is taken. */
const REDIS_PLACES = ['url', 'sentinels', 'cluster'] as const;

export const redis = strict(
  {
    url: fitting(
      REDIS_RULE,
      (value) => URL.canParse(value) && ['redis:', 'rediss:', 'unix:'].includes(new URL(value).protocol),
    )
      .optional()
      .meta({
        description: 'Where it is: redis://HOST:PORT/DB, rediss: for TLS, or unix:/PATH.',
        absent: 'redis://127.0.0.1:6379, without sentinels and cluster',
      }),
    sentinels: redisNodes(26379).optional().describe('Instead of url: the sentinels that know where the master is.'),
    name: text('the name that the sentinels give the master')
      .optional()
      .meta({ description: 'What the sentinels call the master.', absent: 'mymaster' }),
    sentinel_username: text().optional().describe('Of the sentinels, where they ask for one.'),
    sentinel_password_file: text('a path')
      .optional()
      .describe('Its first line is the password of the sentinels, so that it stands in no configuration.'),
    cluster: redisNodes(6379)
      .optional()
      .describe('Instead of url: some nodes of a Redis Cluster; they name the others.'),
    username: text().optional().describe('Of Redis.'),
    password_file: text('a path')
      .optional()
      .describe('Its first line is the password, so that it stands in no configuration.'),
    tls: strict({
      ca: text('a path').optional().meta({ description: 'Certificates, in PEM form.', absent: "the system's" }),
      cert: text('a path').optional().describe('The certificate that is shown to Redis, in PEM form.'),
      key: text('a path').optional().describe('Its key, in PEM form.'),
      server_name: text('the name that the certificate has')
        .optional()
        .meta({ description: 'What the certificate of Redis must be for.', absent: 'the name that was called' }),
    })
      .optional()
      .describe('Everything goes over TLS, with url, sentinels and cluster; {} is enough.'),
  },
  {
    called: 'redis',
    instead: { password: 'password_file', host: 'url', port: 'url', nodes: 'cluster', sentinel: 'sentinels' },
  },
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
  level: choice(LOG_LEVELS).default('info').describe('What is worth a line.'),
  format: choice(['json']).default('json').describe('One JSON document a line.'),
  file: text('a path').optional().describe('A file instead of standard error.'),
  console: flag().default(true).describe('false: nothing on standard error.'),
});

const folder = () => text('an absolute path').refine((path) => path.startsWith('/'), must('an absolute path'));

export const DATA_DIR_WORDS = 'What must outlive a reboot: state, releases and their contents.';
export const RUN_DIR_WORDS = 'What need not outlive a reboot: sockets, records of what runs, the own token.';

/** For `strict({ ...commonConfig, ... })`. */
export const commonConfig = {
  environment: environment().default('local').describe('The fleet that it belongs to; dev and prod are understood.'),
  data_dir: folder().default('/var/lib/outrider').describe(DATA_DIR_WORDS),
  run_dir: folder().default('/run/outrider').describe(RUN_DIR_WORDS),
  log_dir: folder().default('/var/log/outrider').describe('Logs of agents; of use to a sidecar alone.'),
  token_file: folder().optional().describe("A file with the fleet's token, accepted besides the own one."),
  redis: redis.prefault({}).describe('Where Redis is. One of url, sentinels and cluster.'),
  insecure: flag().default(false).describe('true: may listen beyond loopback, without TLS.'),
  log: log.prefault({}).describe('Its own log.'),
} as const;

/** Keys that are known to both and carried by neither yet. */
export const COMMON_UNSUPPORTED: readonly string[] = ['tls'];

export const labels = () =>
  mapOf(text('a text'), 'a map of labels').default({}).describe('For `hosts` of agents, `--label` and `--order-by`.');
export const hostName = () => name('the name of a host');
