/** Further coordinators of a test's cluster: real processes beside its own, on addresses of their own, with the same Redis. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectCoordinator, type CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from './cli-run.js';
import type { Cluster } from './cluster.js';
import { BINS, cleanEnvironment, coordinatorConfig } from './cluster-layout.js';
import { Daemon } from './daemon.js';

export interface Coordinator {
  readonly daemon: Daemon;
  /** `HOST:PORT` of its gRPC and of its HTTP. */
  readonly endpoint: string;
  readonly http: string;
  /** Its own folder. */
  readonly folder: string;
  /** With the fleet's token; lives until `close`. */
  readonly remote: CoordinatorRemote;
  close(): Promise<void>;
}

/** Of the cluster itself. */
export const firstCoordinator = (cluster: Cluster): Coordinator => viewOf(cluster, cluster.coordinator, 1);

/** Not started yet. `number` from 3 to 9; `words` for `coordinator serve`, `more` for coordinator.yaml. */
export function anotherCoordinator(
  cluster: Cluster,
  number: number,
  words: readonly string[] = [],
  more: Readonly<Record<string, unknown>> = {},
): Coordinator {
  const { layout } = cluster;
  const name = `coordinator-${number}`;
  const own = join(layout.folder, name);
  const at = (port: number): string[] => [`${layout.network}.${number}:${port}`];
  const config = {
    ...coordinatorConfig(layout, cluster.redis.url, [...cluster.hosts.values()], {}),
    ...{ host: name, data_dir: join(own, 'data'), run_dir: join(own, 'run'), log_dir: join(own, 'log') },
    listen: { grpc: at(7077), http: at(7777), websocket: at(7778) },
    ...more,
  };
  const file = join(layout.folder, `${name}.yaml`);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  const daemon = new Daemon({
    name,
    command: [process.execPath, BINS.coordinator, 'serve', '--config', file, ...words],
    cwd: layout.folder,
    env: cleanEnvironment(layout),
    logFile: join(layout.folder, `${name}.log`),
  });
  return viewOf(cluster, daemon, number);
}

function viewOf({ layout }: Cluster, daemon: Daemon, number: number): Coordinator {
  const at = (port: number): string => `${layout.network}.${number}:${port}`;
  const remote = connectCoordinator({ endpoint: at(7077), token: ensureToken(layout.token) });
  return {
    ...{ daemon, remote, endpoint: at(7077), http: at(7777) },
    folder: join(layout.folder, number === 1 ? 'coordinator' : `coordinator-${number}`),
    close: async () => {
      remote.close();
      await daemon.stop();
    },
  };
}

/** It answers, knows a leader, and all its hosts are up. Gives the leader's name. */
export const serves = ({ remote, daemon }: Coordinator): Promise<string> =>
  eventually(
    async () => {
      const { leader, hostsUp, hostsTotal } = await remote.Status({}, { timeoutMs: 2_000 });
      return leader !== '' && hostsUp === hostsTotal ? leader : null;
    },
    { timeoutMs: 60_000, everyMs: 50, describe: () => `a leader and all hosts:\n${daemon.lastWords()}` },
  );

/** This one leads: its name is in the name of the leader. */
export const leads = (coordinator: Coordinator): Promise<string> =>
  eventually(
    async () => {
      const { leader } = await coordinator.remote.Status({}, { timeoutMs: 2_000 });
      return leader.startsWith(`${coordinator.daemon.name}-${coordinator.daemon.pid}-`) ? leader : null;
    },
    { timeoutMs: 60_000, everyMs: 50, describe: () => `it to lead:\n${coordinator.daemon.lastWords()}` },
  );

/** `coordinator WORDS` at these, in this order. */
export const followAt = (cluster: Cluster, at: readonly Coordinator[], words: readonly string[]): CliRun =>
  cluster.follow(words, { env: { OUTRIDER_ENDPOINT: at.map(({ endpoint }) => endpoint).join(',') } });
