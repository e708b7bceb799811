/** Owns where everything of a fleet on one machine is: addresses, folders, settings. Starts nothing. */
import { join } from 'node:path';

export interface DevHost {
  readonly name: string;
  /** 127.0.0.11, 127.0.0.12 ... unless another net was asked for. */
  readonly address: string;
  /** Everything this sidecar listens on; the first host is on the coordinator's address too. */
  readonly addresses: readonly string[];
}

export const SIDECAR_PORTS = { grpc: 7070, http: 8080, metrics: 8000, question: 5555, events: 5556 } as const;
export const COORDINATOR_PORTS = { grpc: 7077, http: 7777, websocket: 7778, rest: 7779 } as const;

const FIRST = 11;

/** Where the coordinator is, and the first host besides its own address. `net`: `127.0.0`. */
export const frontAddress = (net: string): string => `${net}.1`;

export const devHosts = (names: readonly string[], net: string): readonly DevHost[] =>
  names.map((name, index) => {
    const address = `${net}.${FIRST + index}`;
    return { name, address, addresses: index === 0 ? [address, frontAddress(net)] : [address] };
  });

/** Folders and files below the state folder. */
export const layoutOf = (folder: string, net: string) => ({
  folder,
  front: frontAddress(net),
  redis: join(folder, 'redis'),
  coordinator: join(folder, 'coordinator'),
  logs: join(folder, 'logs'),
  fleetToken: join(folder, 'fleet-token'),
  redisPassword: join(folder, 'redis-password'),
  host: (name: string): string => join(folder, 'hosts', name),
  run: join(folder, 'run'),
  /** Short: sockets are made in it. */
  hostRun: (name: string): string => join(folder, 'run', name),
});

export type Layout = ReturnType<typeof layoutOf>;

const redisSettings = (layout: Layout, redisPort: number) => ({
  url: `redis://127.0.0.1:${redisPort}`,
  password_file: layout.redisPassword,
});

export const coordinatorSettings = (layout: Layout, hosts: readonly DevHost[], redisPort: number): object => ({
  environment: 'local',
  host: 'dev',
  data_dir: join(layout.coordinator, 'data'),
  run_dir: join(layout.coordinator, 'run'),
  redis: redisSettings(layout, redisPort),
  token_file: layout.fleetToken,
  listen: {
    grpc: [`${layout.front}:${COORDINATOR_PORTS.grpc}`],
    http: [`${layout.front}:${COORDINATOR_PORTS.http}`, `${layout.front}:${COORDINATOR_PORTS.rest}`],
    websocket: [`${layout.front}:${COORDINATOR_PORTS.websocket}`],
  },
  hosts: Object.fromEntries(hosts.map((host) => [host.name, { address: host.address }])),
});

export function sidecarSettings(layout: Layout, host: DevHost, redisPort: number): object {
  const folder = layout.host(host.name);
  const on = (port: number): string[] => host.addresses.map((address) => `${address}:${port}`);
  return {
    environment: 'local',
    host: host.name,
    address: host.address,
    data_dir: join(folder, 'data'),
    run_dir: layout.hostRun(host.name),
    log_dir: join(folder, 'log'),
    redis: redisSettings(layout, redisPort),
    token_file: layout.fleetToken,
    listen: {
      grpc: on(SIDECAR_PORTS.grpc),
      http: on(SIDECAR_PORTS.http),
      metrics: on(SIDECAR_PORTS.metrics),
      zmq: { question: on(SIDECAR_PORTS.question), events: on(SIDECAR_PORTS.events) },
    },
  };
}

/** Room for the sockets that a sidecar makes in its run_dir. */
const LONGEST_RUN_DIR_BYTES = 84;

/** Why this folder cannot be used; undefined: it can. */
export function folderProblem(layout: Layout, hosts: readonly DevHost[]): string | undefined {
  const longest = Math.max(...hosts.map((host) => Buffer.byteLength(layout.hostRun(host.name))));
  const tooMuch = longest - LONGEST_RUN_DIR_BYTES;
  return tooMuch > 0 ? `The path ${layout.folder} is ${tooMuch} characters too long for sockets in it.` : undefined;
}

/** Every `HOST:PORT` that must be free, and what for. */
export function portsOf(
  layout: Layout,
  hosts: readonly DevHost[],
): readonly { readonly endpoint: string; readonly what: string }[] {
  const coordinator = Object.entries(COORDINATOR_PORTS).map(([what, port]) => ({
    endpoint: `${layout.front}:${port}`,
    what: `the coordinator (${what})`,
  }));
  const sidecars = hosts.flatMap((host) =>
    host.addresses.flatMap((address) =>
      Object.entries(SIDECAR_PORTS).map(([what, port]) => ({
        endpoint: `${address}:${port}`,
        what: `${host.name} (${what})`,
      })),
    ),
  );
  return [...coordinator, ...sidecars];
}
