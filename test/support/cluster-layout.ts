/** Where everything of a test's cluster is: addresses, folders, settings. Starts nothing. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CutProxy } from './cut-proxy.js';

const bin = (path: string): string => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

export const BINS = { coordinator: bin('coordinator/bin/coordinator.js'), sidecar: bin('sidecar/bin/sidecar.js') };

export interface ClusterLayout {
  readonly folder: string;
  /** `127.A.B`: .1 is the coordinator, .2 Redis, .11 and on the hosts. */
  readonly network: string;
  /** File with the fleet's token. */
  readonly token: string;
  readonly rendezvous: string;
}

/** A part of loopback that no other test uses. */
export async function freeNetwork(): Promise<string> {
  for (;;) {
    const network = `127.${randomInt(16, 250)}.${randomInt(1, 250)}`;
    const server = createServer();
    const bound = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(7077, `${network}.1`, () => resolve(true));
    });
    if (!bound) continue;
    server.close();
    await once(server, 'close');
    return network;
  }
}

/** Nothing of whoever runs the tests: neither settings nor other fleets. */
export function cleanEnvironment(layout: ClusterLayout): Record<string, string> {
  const { PATH = '/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8', NODE_PATH } = process.env;
  return {
    ...{ PATH, HOME, LANG, TMPDIR: layout.folder },
    ...(NODE_PATH === undefined ? {} : { NODE_PATH }),
    OUTRIDER_RENDEZVOUS: layout.rendezvous,
    XDG_CONFIG_HOME: join(layout.folder, 'config'),
    XDG_STATE_HOME: join(layout.folder, 'state'),
    XDG_CACHE_HOME: join(layout.folder, 'cache'),
    OUTRIDER_TEST_FOLDER: `${layout.folder}/`,
  };
}

interface Extra {
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly coordinator?: Readonly<Record<string, unknown>>;
  readonly sidecar?: Readonly<Record<string, unknown>>;
}

export interface PlannedHost {
  readonly name: string;
  readonly address: string;
  readonly fromCoordinator: CutProxy | undefined;
}

export function coordinatorConfig(
  { folder, network, token }: ClusterLayout,
  redisUrl: string,
  hosts: readonly PlannedHost[],
  extra: Extra,
): object {
  const own = join(folder, 'coordinator');
  const at = (port: number): string => `${network}.1:${port}`;
  return {
    host: 'coordinator',
    data_dir: join(own, 'data'),
    run_dir: join(own, 'run'),
    log_dir: join(own, 'log'),
    token_file: token,
    redis: { url: redisUrl },
    listen: { grpc: [at(7077)], http: [at(7777), at(7779)], websocket: [at(7778)] },
    hosts: Object.fromEntries(
      hosts.map(({ name, address, fromCoordinator }) => [
        name,
        { address, endpoint: fromCoordinator?.endpoint ?? `${address}:7070`, labels: extra.labels?.[name] ?? {} },
      ]),
    ),
    ...extra.coordinator,
  };
}

export function sidecarConfig(
  { folder, token }: ClusterLayout,
  redisUrl: string,
  { name, address, labels }: { readonly name: string; readonly address: string; readonly labels: object },
  extra: Extra,
): object {
  const own = join(folder, name);
  const at = (port: number): string[] => [`${address}:${port}`];
  return {
    host: name,
    address,
    labels,
    data_dir: join(own, 'data'),
    run_dir: join(own, 'run'),
    log_dir: join(own, 'log'),
    token_file: token,
    redis: { url: redisUrl },
    listen: { grpc: at(7070), http: at(8080), metrics: at(8000), zmq: { question: at(5555), events: at(5556) } },
    ...extra.sidecar,
  };
}
