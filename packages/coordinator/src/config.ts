/** Owns the settings of `coordinator serve`: coordinator.yaml, the environment, defaults. Compiled once, then frozen. */
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { DAMPING } from '@outrider/shared/domain/flapping.js';
import { isName } from '@outrider/shared/domain/name.js';
import { compileConfig } from '@outrider/shared/runtime/config.js';
import {
  COMMON_UNSUPPORTED,
  commonConfig,
  DATA_DIR_WORDS,
  hostName,
  hostPort,
  labels,
  listenOn,
} from '@outrider/shared/runtime/config-common.js';
import { ON_LEASE_END, type OnLeaseEnd } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatHostPort, problemOfExposure, problemOfSameAddress } from '@outrider/shared/runtime/listen.js';
import type { LogLevel } from '@outrider/shared/runtime/logger.js';
import { problemsError } from '@outrider/shared/runtime/problem.js';
import { type RedisAddress, redisAddress } from '@outrider/shared/runtime/redis-address.js';
import { choice, duration, fitting, mapOf, must, strict, text, whole } from '@outrider/shared/runtime/shape.js';
import type { PrometheusAddress } from './monitoring/prometheus.js';
import type { Target } from './notify/ports.js';
import { notifySettings, targetsOf } from './notify/settings.js';
import type { ConfiguredHost } from './fleet/live-fleet.js';

const DEFAULT_FILE = '/etc/outrider/coordinator.yaml';
const SIDECAR_PORT = 7070;
const KEEP_RELEASES = 5;

export interface CoordinatorConfig {
  readonly environment: string;
  /** The name of this machine, for people. */
  readonly host: string;
  readonly dataDir: string;
  readonly runDir: string;
  /** IP address or name under which other coordinators reach this one; absent: where it listens. */
  readonly address?: string;
  readonly redis: RedisAddress;
  /** `HOST:PORT`s each. */
  readonly listen: {
    readonly grpc: readonly string[];
    readonly http: readonly string[];
    readonly websocket: readonly string[];
  };
  readonly hosts: readonly ConfiguredHost[];
  /** Of the fleet: accepted besides our own token, and shown to sidecars. */
  readonly tokenFile?: string;
  readonly policy: {
    /** What hosts do when the lease of a trial is over and no leader has spoken. */
    readonly trial: OnLeaseEnd;
    /** In so many milliseconds half of what a host has come and gone is forgotten. */
    readonly flapHalfLifeMs: number;
  };
  /** So many releases of each app stay, beside those that somebody needs. */
  readonly keepReleases: number;
  /** What `${VAR}` in agents.yaml stands for. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whom to tell of events. */
  readonly notify: readonly Target[];
  /** Whom gates with `promql` ask. */
  readonly prometheus?: PrometheusAddress;
  readonly log: { readonly level: LogLevel; readonly file?: string };
  /** Never leads, and refuses whatever changes something. */
  readonly readOnly: boolean;
  /** What was understood otherwise than one may think. */
  readonly notes: readonly string[];
}

const URL_RULE = 'a URL such as http://127.0.0.1:9090';
const httpUrl = () =>
  fitting(URL_RULE, (value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol));

const host = strict(
  {
    address: text('the address of a host').describe('Where it is reached, also by agents: OUTRIDER_HOSTS has it.'),
    endpoint: hostPort()
      .optional()
      .meta({ description: "Of its sidecar's gRPC.", absent: `port ${SIDECAR_PORT} of address` }),
    labels: labels(),
  },
  { called: 'host' },
);

/** Where it listens unless told otherwise. */
const ports = (port: string): string => `${port} of 127.0.0.1, with insecure of every address`;

const ADDRESS_RULE = 'an IP address or a name of this machine';

/** Of coordinator.yaml. */
export const settingsSchema = strict(
  {
    ...commonConfig,
    // Apart from a sidecar on the same machine, which keeps contents of its own.
    data_dir: commonConfig.data_dir.unwrap().default('/var/lib/outrider/coordinator').describe(DATA_DIR_WORDS),
    host: hostName()
      .optional()
      .meta({ description: 'The name of this machine, for people.', absent: 'the name of the machine' }),
    address: text(ADDRESS_RULE)
      .refine((value) => !/[\s:/]/.test(value) || isIP(value) === 6, must(ADDRESS_RULE))
      .optional()
      .meta({
        description: 'Where other coordinators reach this one.',
        absent: 'the first of listen.grpc that is not loopback',
      }),
    listen: strict({
      grpc: listenOn()
        .optional()
        .meta({ description: 'gRPC, for the command line and for sidecars.', absent: ports('7077') }),
      http: listenOn()
        .optional()
        .meta({ description: 'REST, the page, /metrics and /sd.', absent: ports('7777 and 7779') }),
      websocket: listenOn()
        .optional()
        .meta({ description: 'The live feed.', absent: ports('7778') }),
    })
      .prefault({})
      .describe('Where it listens.'),
    hosts: mapOf(host, 'a map of hosts, such as { pc2: { address: 10.0.0.12 } }')
      .default({})
      .meta({ description: 'The inventory, by name.', absent: 'hosts that report themselves in Redis' }),
    policy: strict({
      trial: choice(ON_LEASE_END)
        .default('revert')
        .describe('What hosts do when the lease of a trial is over and no leader has spoken.'),
      flap_half_life: duration(1_000, 3_600_000)
        .default(DAMPING.halfLifeMs)
        .describe('After so long half of what a host has come and gone is forgotten.'),
    })
      .prefault({})
      .describe('What is decided where nobody says otherwise.'),
    keep_releases: whole(1, 1_000_000)
      .default(KEEP_RELEASES)
      .describe('So many releases of each app stay, beside those that are in use or have a tag.'),
    settings: mapOf(text('a text'), 'a map of settings')
      .default({})
      .describe('What ${NAME} in agents.yaml is filled with. No secrets: they stand in plans and records.'),
    notify: notifySettings.default([]).describe('Whom to tell of events.'),
    prometheus: strict({
      url: httpUrl().describe('Where it answers.'),
      token_file: text('a path').optional().describe('Its first line is the token that it wants.'),
    })
      .optional()
      .describe('Asked by gates with promql.'),
  },
  { unsupported: [...COMMON_UNSUPPORTED, 'max_starting'] },
);

/** @throws OutriderError('invalid') with one line for each problem. */
export function loadConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
  flags: { readonly readOnly?: boolean } = {},
): CoordinatorConfig {
  const compiled = compileConfig({
    ...{ schema: settingsSchema, prefix: 'OUTRIDER_COORDINATOR', file, defaultFile: DEFAULT_FILE, env },
  });
  if (!compiled.ok) throw problemsError(compiled.problems);
  const { config } = compiled;
  const at = (port: number): string => `${config.insecure ? '0.0.0.0' : '127.0.0.1'}:${port}`;
  const listen = {
    grpc: config.listen.grpc ?? [at(7077)],
    http: config.listen.http ?? [at(7777), at(7779)],
    websocket: config.listen.websocket ?? [at(7778)],
  };
  const problem = problemOfExposure(listen, { tls: false, insecure: config.insecure }) ?? problemOfSameAddress(listen);
  if (problem !== undefined) throw new OutriderError('invalid', `${compiled.file ?? 'configuration'}: ${problem}`);
  const wrong = Object.keys(config.hosts).find((name) => !isName(name));
  if (wrong !== undefined) {
    throw new OutriderError('invalid', `${compiled.file ?? 'configuration'}: hosts.${wrong} is no name of a host.`);
  }
  return Object.freeze({
    environment: config.environment,
    host: config.host ?? hostname(),
    dataDir: config.data_dir,
    runDir: config.run_dir,
    ...(config.address === undefined ? {} : { address: config.address }),
    redis: redisAddress(config.redis, compiled.file),
    listen,
    hosts: Object.entries(config.hosts).map(([name, { address, endpoint, labels: marks }]) => ({
      name,
      address,
      endpoint: endpoint ?? endpointOf(address),
      fixed: endpoint !== undefined,
      labels: marks,
    })),
    ...(config.token_file === undefined ? {} : { tokenFile: config.token_file }),
    policy: { trial: config.policy.trial, flapHalfLifeMs: config.policy.flap_half_life },
    keepReleases: config.keep_releases,
    settings: config.settings,
    notify: targetsOf(config.notify),
    ...(config.prometheus === undefined ? {} : { prometheus: prometheusOf(config.prometheus) }),
    log: { level: levelOf(config.log), ...(config.log.file === undefined ? {} : { file: config.log.file }) },
    readOnly: flags.readOnly === true,
    notes: compiled.notes,
  });
}

/** False for `console`, and no file: nobody is told anything. */
const levelOf = ({ level, console, file }: LogSettings): LogLevel => (console || file !== undefined ? level : 'silent');

interface LogSettings {
  readonly level: LogLevel;
  readonly console: boolean;
  readonly file?: string | undefined;
}

const endpointOf = (address: string): string =>
  isIP(address) === 0 ? `${address}:${SIDECAR_PORT}` : formatHostPort({ host: address, port: SIDECAR_PORT });

const prometheusOf = ({ url, token_file: tokenFile }: PrometheusSettings): PrometheusAddress => ({
  url,
  ...(tokenFile === undefined ? {} : { tokenFile }),
});

interface PrometheusSettings {
  readonly url: string;
  readonly token_file?: string | undefined;
}
