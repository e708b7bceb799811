/** Owns the settings of `sidecar run`: sidecar.yaml, the environment, defaults. Compiled once, then frozen. */
import { isIP } from 'node:net';
import { availableParallelism, hostname } from 'node:os';
import { isName } from '@outrider/shared/domain/name.js';
import { compileConfig } from '@outrider/shared/runtime/config.js';
import {
  COMMON_UNSUPPORTED,
  commonConfig,
  hostName,
  labels,
  listenOn,
} from '@outrider/shared/runtime/config-common.js';
import { isPublicKey, KEY_RULE } from '@outrider/shared/release/signature.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatHostPort, problemOfExposure, problemOfSameAddress } from '@outrider/shared/runtime/listen.js';
import type { LogLevel } from '@outrider/shared/runtime/logger.js';
import { problemsError } from '@outrider/shared/runtime/problem.js';
import { type RedisAddress, redisAddress } from '@outrider/shared/runtime/redis-address.js';
import { duration, flag, list, must, size, strict, text, whole } from '@outrider/shared/runtime/shape.js';
import type { LogLimits } from './process/log-rotation.js';

const DEFAULT_FILE = '/etc/outrider/sidecar.yaml';
/** What systemd gives a service to end, unless it asks for more. */
const DRAIN_MS = 90_000;
const LONGEST_DRAIN_MS = 3_600_000;
/** Leaves room for `/bus.d/` and a name of 16 in the 107 bytes of a unix socket's path. */
const LONGEST_RUN_DIR_BYTES = 84;

/** `HOST:PORT`s each; the first of gRPC on the host's own address is what others are told. */
export interface Listeners {
  readonly grpc: readonly string[];
  readonly http: readonly string[];
  readonly metrics: readonly string[];
  readonly question: readonly string[];
  readonly events: readonly string[];
}

export interface SidecarConfig {
  readonly host: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly environment: string;
  readonly dataDir: string;
  readonly runDir: string;
  readonly logDir: string;
  readonly redis: RedisAddress;
  readonly listen: Listeners;
  /** Agents that may be starting at once. */
  readonly maxStarting: number;
  /** Where control groups of agents are made: a folder, `auto` (that of outrider-agents.service), or `off`. */
  readonly cgroup: string;
  /** Nothing that this sidecar starts can gain rights by executing a program. */
  readonly noNewPrivileges: boolean;
  readonly control: {
    /** Name or number of the group whose members may use the control socket. */
    readonly group?: string;
  };
  /** Bytes of the disk that releases never take. */
  readonly diskReserve: number;
  /** So many releases of an app stay that were staged last, needed or not. */
  readonly keepReleases: number;
  /** Bytes in a second; absent: as many as come and go. */
  readonly staging: {
    readonly bandwidth?: number;
    /** What other hosts fetch from this one, all of them together. */
    readonly serveBandwidth?: number;
    /** Streams to other hosts at once. */
    readonly serveStreams: number;
  };
  readonly drain: {
    /** Also where the machine goes on when the sidecar ends. */
    readonly onStop: boolean;
    /** Time for all agents together. */
    readonly limitMs: number;
  };
  /** Of the fleet: accepted besides our own token, and shown to whoever serves blobs. */
  readonly tokenFile?: string;
  /** Of releases: what none of them has signed is not taken. Empty: everything is. */
  readonly trustedKeys: readonly string[];
  /** Of what agents print. */
  readonly agentLogs: LogLimits;
  /** What gates of rollouts are judged by. */
  readonly samples: {
    readonly everyMs: number;
    readonly keepMs: number;
    /** How often what may run out is looked at. */
    readonly trendEveryMs: number;
  };
  readonly log: { readonly level: LogLevel; readonly file?: string };
  /** What was understood otherwise than one may think. */
  readonly notes: readonly string[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const ADDRESS_RULE = 'an IP address of this machine';
const address = () =>
  text(ADDRESS_RULE).refine((value) => isIP(value) !== 0 && value !== '0.0.0.0' && value !== '::', must(ADDRESS_RULE));

const RUN_DIR_RULE = `an absolute path of at most ${LONGEST_RUN_DIR_BYTES} bytes (sockets are made in it)`;

const CGROUP_RULE = 'auto, off, or the absolute path of a folder of the control group tree (version 2)';

const NO_KEY = 'has no key in it: then nothing could be released here. Name one, or leave trusted_keys out.';
const trustedKeys = () =>
  list(text(KEY_RULE).refine(isPublicKey, must(KEY_RULE)), '[ed25519:...]').refine((keys) => keys.length > 0, NO_KEY);

const schema = strict(
  {
    ...commonConfig,
    run_dir: text('an absolute path')
      .refine((path) => path.startsWith('/') && Buffer.byteLength(path) <= LONGEST_RUN_DIR_BYTES, must(RUN_DIR_RULE))
      .default('/run/outrider'),
    host: hostName().optional(),
    address: address().default('127.0.0.1'),
    labels: labels(),
    listen: strict({
      grpc: listenOn().optional(),
      http: listenOn().optional(),
      metrics: listenOn().optional(),
      zmq: strict({
        /** Where `health_check` is answered. */
        question: listenOn().optional(),
        /** Where this host's events are published. */
        events: listenOn().optional(),
      }).prefault({}),
    }).prefault({}),
    max_starting: whole(1, 1_000).optional(),
    cgroup: text(CGROUP_RULE)
      .refine((value) => value === 'auto' || value === 'off' || value.startsWith('/'), must(CGROUP_RULE))
      .default('auto'),
    no_new_privileges: flag().default(true),
    samples: strict({
      every: duration(100, 60_000).default(5_000),
      keep: duration(1_000, 3_600_000).default(900_000),
      trend_every: duration(100, 3_600_000).default(120_000),
    }).prefault({}),
    agent_logs: strict({
      /** Where a log is longer, its head is put into a file of its own. */
      max_size: size(64 * KIB, 2 * GIB).default(64 * MIB),
      /** So many of those stay. */
      keep: whole(1, 100).default(5),
      compress: flag().default(true),
    }).prefault({}),
    trusted_keys: trustedKeys().optional(),
    disk_reserve: size(0, 1024 * 1024 * GIB).default(64 * MIB),
    keep_releases: whole(1, 1_000).default(5),
    staging: strict({
      bandwidth: size(64 * KIB, 1024 * GIB).optional(),
      serve_bandwidth: size(64 * KIB, 1024 * GIB).optional(),
      serve_streams: whole(1, 1_000).default(8),
    }).prefault({}),
    control: strict({ group: text('the name of a group of this machine').optional() }).prefault({}),
    drain: strict({
      on_stop: flag().default(false),
      limit: duration(1_000, LONGEST_DRAIN_MS).default(DRAIN_MS),
    }).prefault({}),
  },
  {
    unsupported: [...COMMON_UNSUPPORTED, 'combined_log'],
    instead: { name: 'host', hostname: 'host', addresses: 'address' },
  },
);

type Settings = (ReturnType<typeof compileConfig<typeof schema>> & { readonly ok: true })['config'];

/** @throws OutriderError('invalid') with one line for each problem. */
export function loadConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
  flags: NonNullable<Parameters<typeof compileConfig>[0]['flags']> = [],
): SidecarConfig {
  const compiled = compileConfig({ schema, prefix: 'OUTRIDER_SIDECAR', file, defaultFile: DEFAULT_FILE, env, flags });
  if (!compiled.ok) throw problemsError(compiled.problems);
  const { config, notes } = compiled;
  const wrong = (sentence: string): OutriderError =>
    new OutriderError('invalid', `${compiled.file ?? 'configuration'}: ${sentence}`);
  const host = config.host ?? hostname().toLowerCase();
  if (!isName(host)) {
    throw wrong(`The name of this machine, ${host}, can't be the name of a host. Give it one with "host: NAME".`);
  }
  const listen = listenersOf(config);
  const problem =
    problemOfExposure({ ...listen }, { tls: false, insecure: config.insecure }) ?? problemOfSameAddress({ ...listen });
  if (problem !== undefined) throw wrong(problem.replace(/listen\.(question|events)/g, 'listen.zmq.$1'));
  const { environment, data_dir: dataDir, run_dir: runDir, log_dir: logDir } = config;
  return Object.freeze({
    ...{ host, environment, dataDir, runDir, logDir, listen, notes },
    address: config.address,
    labels: config.labels,
    redis: redisAddress(config.redis, compiled.file),
    maxStarting: config.max_starting ?? 2 * availableParallelism(),
    cgroup: config.cgroup,
    noNewPrivileges: config.no_new_privileges,
    samples: {
      ...{ everyMs: config.samples.every, keepMs: config.samples.keep, trendEveryMs: config.samples.trend_every },
    },
    agentLogs: {
      maxBytes: config.agent_logs.max_size,
      keep: config.agent_logs.keep,
      compress: config.agent_logs.compress,
    },
    control: config.control.group === undefined ? {} : { group: config.control.group },
    diskReserve: config.disk_reserve,
    keepReleases: config.keep_releases,
    trustedKeys: config.trusted_keys ?? [],
    staging: stagingOf(config),
    drain: { onStop: config.drain.on_stop, limitMs: config.drain.limit },
    ...(config.token_file === undefined ? {} : { tokenFile: config.token_file }),
    log: {
      level: config.log.console || config.log.file !== undefined ? config.log.level : 'silent',
      ...(config.log.file === undefined ? {} : { file: config.log.file }),
    },
  });
}

function stagingOf({ staging }: Settings): SidecarConfig['staging'] {
  const { bandwidth, serve_bandwidth: serveBandwidth, serve_streams: serveStreams } = staging;
  return {
    serveStreams,
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(serveBandwidth === undefined ? {} : { serveBandwidth }),
  };
}

function listenersOf({ address: own, listen }: Settings): Listeners {
  const at = (port: number): readonly string[] =>
    [...new Set(['127.0.0.1', own])].map((host) => formatHostPort({ host, port }));
  return {
    grpc: listen.grpc ?? at(7070),
    http: listen.http ?? at(8080),
    metrics: listen.metrics ?? at(8000),
    question: listen.zmq.question ?? at(5555),
    events: listen.zmq.events ?? at(5556),
  };
}
