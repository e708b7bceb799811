/** Owns the settings of `sidecar run`: sidecar.yaml, the environment, defaults. Compiled once, then frozen. */
import { availableParallelism, hostname } from 'node:os';
import { isName } from '@outrider/shared/domain/name.js';
import { compileConfig } from '@outrider/shared/runtime/config.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatHostPort, problemOfExposure, problemOfSameAddress } from '@outrider/shared/runtime/listen.js';
import type { LogLevel } from '@outrider/shared/runtime/logger.js';
import { problemsError } from '@outrider/shared/runtime/problem.js';
import { type RedisAddress, redisAddress } from '@outrider/shared/runtime/redis-address.js';
import type { LogLimits } from './process/log-rotation.js';
import { settingsSchema } from './settings.js';

const DEFAULT_FILE = '/etc/outrider/sidecar.yaml';

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

type Settings = (ReturnType<typeof compileConfig<typeof settingsSchema>> & { readonly ok: true })['config'];

/** @throws OutriderError('invalid') with one line for each problem. */
export function loadConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
  flags: NonNullable<Parameters<typeof compileConfig>[0]['flags']> = [],
): SidecarConfig {
  const compiled = compileConfig({
    ...{ schema: settingsSchema, prefix: 'OUTRIDER_SIDECAR', file, defaultFile: DEFAULT_FILE, env, flags },
  });
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
