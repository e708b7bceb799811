/** Owns the settings of `coordinator serve`: coordinator.yaml, the environment, defaults. Compiled once, then frozen. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { isName } from '@outrider/shared/domain/name.js';
import { compileConfig } from '@outrider/shared/runtime/config.js';
import {
  COMMON_UNSUPPORTED,
  commonConfig,
  hostName,
  hostPort,
  labels,
  listenOn,
} from '@outrider/shared/runtime/config-common.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatHostPort, problemOfExposure } from '@outrider/shared/runtime/listen.js';
import type { LogLevel } from '@outrider/shared/runtime/logger.js';
import { problemsError } from '@outrider/shared/runtime/problem.js';
import { mapOf, strict, text } from '@outrider/shared/runtime/shape.js';
import type { Target } from './notify/ports.js';
import { notifySettings, targetsOf } from './notify/settings.js';
import type { ConfiguredHost } from './fleet/live-fleet.js';
import type { RedisAddress } from './store/connection.js';

const DEFAULT_FILE = '/etc/outrider/coordinator.yaml';
const SIDECAR_PORT = 7070;

export interface CoordinatorConfig {
  readonly environment: string;
  /** The name of this machine, for people. */
  readonly host: string;
  readonly dataDir: string;
  readonly runDir: string;
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
  /** What `${VAR}` in agents.yaml stands for. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whom to tell of events. */
  readonly notify: readonly Target[];
  readonly log: { readonly level: LogLevel; readonly file?: string };
  /** What was understood otherwise than one may think. */
  readonly notes: readonly string[];
}

const host = strict({
  address: text('the address of a host'),
  /** Of its sidecar's gRPC; default: port 7070 of the address. */
  endpoint: hostPort().optional(),
  labels: labels(),
});

const schema = strict(
  {
    ...commonConfig,
    // Apart from a sidecar on the same machine, which keeps contents of its own.
    data_dir: commonConfig.data_dir.unwrap().default('/var/lib/outrider/coordinator'),
    host: hostName().optional(),
    listen: strict({
      grpc: listenOn().optional(),
      /** REST and the page. */
      http: listenOn().optional(),
      /** The live feed. */
      websocket: listenOn().optional(),
    }).prefault({}),
    hosts: mapOf(host, 'a map of hosts, such as { pc2: { address: 10.0.0.12 } }').default({}),
    settings: mapOf(text('a text'), 'a map of settings').default({}),
    notify: notifySettings.default([]),
  },
  { unsupported: [...COMMON_UNSUPPORTED, 'policy', 'keep_releases', 'max_starting'] },
);

/** @throws OutriderError('invalid') with one line for each problem. */
export function loadConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): CoordinatorConfig {
  const compiled = compileConfig({ schema, prefix: 'OUTRIDER_COORDINATOR', file, defaultFile: DEFAULT_FILE, env });
  if (!compiled.ok) throw problemsError(compiled.problems);
  const { config } = compiled;
  const at = (port: number): string => `${config.insecure ? '0.0.0.0' : '127.0.0.1'}:${port}`;
  const listen = {
    grpc: config.listen.grpc ?? [at(7077)],
    http: config.listen.http ?? [at(7777), at(7779)],
    websocket: config.listen.websocket ?? [at(7778)],
  };
  const exposed = problemOfExposure(listen, { tls: false, insecure: config.insecure });
  if (exposed !== undefined) throw new OutriderError('invalid', `${compiled.file ?? 'configuration'}: ${exposed}`);
  const wrong = Object.keys(config.hosts).find((name) => !isName(name));
  if (wrong !== undefined) {
    throw new OutriderError('invalid', `${compiled.file ?? 'configuration'}: hosts.${wrong} is no name of a host.`);
  }
  return Object.freeze({
    environment: config.environment,
    host: config.host ?? hostname(),
    dataDir: config.data_dir,
    runDir: config.run_dir,
    redis: redisOf(config.redis),
    listen,
    hosts: Object.entries(config.hosts).map(([name, { address, endpoint, labels: marks }]) => ({
      name,
      address,
      endpoint: endpoint ?? endpointOf(address),
      fixed: endpoint !== undefined,
      labels: marks,
    })),
    ...(config.token_file === undefined ? {} : { tokenFile: config.token_file }),
    settings: config.settings,
    notify: targetsOf(config.notify),
    log: { level: config.log.level, ...(config.log.file === undefined ? {} : { file: config.log.file }) },
    notes: compiled.notes,
  });
}

const endpointOf = (address: string): string =>
  isIP(address) === 0 ? `${address}:${SIDECAR_PORT}` : formatHostPort({ host: address, port: SIDECAR_PORT });

interface RedisSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password_file?: string | undefined;
}

function redisOf({ url, username, password_file: file }: RedisSettings): RedisAddress {
  return {
    url,
    ...(username === undefined ? {} : { username }),
    ...(file === undefined ? {} : { password: firstLine(file) }),
  };
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
  } catch (error) {
    throw new OutriderError('invalid', `redis.password_file ${file} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
