/**
 * A whole fleet for one test: a real Redis, a real coordinator and a real sidecar per host, each a process of its
 * own on loopback addresses of its own with the default ports. `stop` ends all of it and fails where something is
 * left behind.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connectCoordinator,
  connectSidecar,
  type CoordinatorRemote,
  type SidecarRemote,
} from '@outrider/shared/rpc/client.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { type AgentProcess, agentProcesses } from './agent-processes.js';
import { type CliOptions, type CliResult, type CliRun, startCli } from './cli-run.js';
import { CutProxy } from './cut-proxy.js';
import { Daemon } from './daemon.js';
import {
  BINS,
  type ClusterLayout,
  cleanEnvironment,
  coordinatorConfig,
  freeNetwork,
  sidecarConfig,
} from './cluster-layout.js';
import { type ReleaseTree, writeReleaseTree } from './release-tree.js';

export interface ClusterOptions {
  readonly hosts?: readonly string[];
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Connections to Redis and between coordinator and sidecars lead through proxies that can be cut. */
  readonly proxies?: boolean;
  /** More keys for coordinator.yaml and for each sidecar.yaml. */
  readonly coordinator?: Readonly<Record<string, unknown>>;
  readonly sidecar?: Readonly<Record<string, unknown>>;
  /** The program of each host, where it is not that of this checkout. */
  readonly sidecarBin?: string;
  /** For all daemons. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ClusterHost {
  readonly name: string;
  readonly address: string;
  readonly daemon: Daemon;
  /** gRPC, with the fleet's token; lives as long as the cluster. */
  readonly remote: SidecarRemote;
  /** Between this sidecar and Redis, and between the coordinator and this sidecar. Only with `proxies`. */
  readonly toRedis: CutProxy | undefined;
  readonly fromCoordinator: CutProxy | undefined;
  /** The words of `sidecar`, against this host. */
  cli(...words: readonly string[]): Promise<CliResult>;
}

/** Starts everything and waits until there is a leader and every host is up. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = await Cluster.prepare(options);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    const words = cluster.lastWords();
    await cluster.stop().catch(() => undefined);
    throw new Error(`The cluster did not start.\n${words}`, { cause: error });
  }
}

export class Cluster {
  readonly hosts: ReadonlyMap<string, ClusterHost>;
  private readonly remotes: { close(): void }[] = [];
  private trees = 0;

  private constructor(
    readonly layout: ClusterLayout,
    readonly redis: TestRedis,
    readonly coordinator: Daemon,
    hosts: readonly ClusterHost[],
    /** Between the coordinator and Redis. Only with `proxies`. */
    readonly coordinatorToRedis: CutProxy | undefined,
  ) {
    this.hosts = new Map(hosts.map((host) => [host.name, host]));
    this.remotes.push(...hosts.map((host) => host.remote));
  }

  get folder(): string {
    return this.layout.folder;
  }

  static async prepare(options: ClusterOptions): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'orc-'));
    const network = await freeNetwork();
    const layout: ClusterLayout = {
      folder,
      network,
      token: join(folder, 'token'),
      rendezvous: join(folder, 'endpoints'),
    };
    mkdirSync(layout.rendezvous, { mode: 0o700 });
    ensureToken(layout.token);
    const redis = await startRedis({ host: `${network}.2`, port: 6379, dir: join(folder, 'redis') });
    const names = options.hosts ?? ['main-pc', 'pc2'];
    const hosts = await Promise.all(names.map((name, index) => prepareHost(layout, redis, name, index, options)));
    const proxy = options.proxies === true ? await CutProxy.start(redis) : undefined;
    const config = coordinatorConfig(layout, redisUrl(redis, proxy), hosts, options);
    const coordinator = daemonOf(layout, 'coordinator', [BINS.coordinator, 'serve'], config, options);
    return new Cluster(layout, redis, coordinator, hosts, proxy);
  }

  async start(): Promise<void> {
    this.coordinator.start();
    for (const { daemon } of this.hosts.values()) daemon.start();
    await this.ready();
  }

  /** There is a leader, and these hosts (all) are up. */
  async ready(up: number = this.hosts.size): Promise<void> {
    const remote = this.coordinatorRemote();
    const last: { status?: object } = {};
    await eventually(
      async () => {
        const status = await remote.Status({}, { timeoutMs: 2_000 });
        last.status = status;
        return status.leader !== '' && status.hostsUp >= up;
      },
      {
        timeoutMs: 60_000,
        everyMs: 50,
        describe: () => `${up} hosts up: ${JSON.stringify(last.status)}\n${this.lastWords()}`,
      },
    );
  }

  host(name: string): ClusterHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`The cluster has no host ${name}.`);
    return host;
  }

  /** A client of the coordinator with the fleet's token; closed with the cluster. */
  coordinatorRemote(token: string | undefined = ensureToken(this.layout.token)): CoordinatorRemote {
    const remote = connectCoordinator({ endpoint: `${this.layout.network}.1:7077`, token });
    this.remotes.push(remote);
    return remote;
  }

  /** `coordinator WORDS` to its end. */
  cli(...words: readonly string[]): Promise<CliResult> {
    return this.follow(words).result;
  }

  /** `coordinator WORDS`, to be looked at while it runs. */
  follow(words: readonly string[], options: Partial<CliOptions> = {}): CliRun {
    const endpoint = `${this.layout.network}.1:7077`;
    const env = {
      ...cleanEnvironment(this.layout),
      OUTRIDER_ENDPOINT: endpoint,
      OUTRIDER_TOKEN_FILE: this.layout.token,
      ...options.env,
    };
    return startCli(BINS.coordinator, words, { ...options, env });
  }

  /** Writes a release; returns its folder. */
  release(tree: ReleaseTree): string {
    this.trees += 1;
    const folder = join(this.folder, 'trees', String(this.trees));
    writeReleaseTree(folder, tree);
    return folder;
  }

  /** Writes and pushes a release. Throws where that fails. */
  async push(version: string, tree: ReleaseTree): Promise<void> {
    const { code, stderr } = await this.cli('release', 'push', this.release(tree), '--version', version, '--json');
    if (code !== 0) throw new Error(`release push ${version} ended with ${code}: ${stderr}`);
  }

  /** `coordinator rollout --version V --yes --json` with a short bake, to its end. */
  rollout(version: string, ...words: readonly string[]): Promise<CliResult> {
    return this.cli('rollout', '--version', version, '--yes', '--json', '--bake', '300ms', ...words);
  }

  /** What really runs, by host and agent, where they are given. */
  agents(host?: string, agent?: string): AgentProcess[] {
    return agentProcesses(this.folder).filter(
      (found) => (host === undefined || found.host === host) && (agent === undefined || found.agent === agent),
    );
  }

  /** The last lines of every daemon's log, for a failure's message. */
  lastWords(): string {
    return [this.coordinator, ...[...this.hosts.values()].map((host) => host.daemon)]
      .map((daemon) => `--- ${daemon.name}${daemon.runs ? '' : ' (does not run)'}\n${daemon.lastWords()}`)
      .join('\n');
  }

  /** Ends everything. Rejects where a part did not end, agents did not end with their sidecars, or anything is left. */
  async stop(): Promise<void> {
    const orphaned = [...this.hosts.values()].filter((host) => !host.daemon.runs).map((host) => host.name);
    const failures: unknown[] = [];
    const attempt = async (act: () => Promise<unknown>): Promise<void> => {
      await act().catch((error: unknown) => failures.push(error));
    };
    await attempt(() => this.coordinator.stop());
    await Promise.all([...this.hosts.values()].map((host) => attempt(() => stopHost(host))));
    for (const { pid } of this.agents().filter(({ host }) => orphaned.includes(host))) kill(pid);
    for (const remote of this.remotes.splice(0)) remote.close();
    await attempt(async () => this.coordinatorToRedis?.stop());
    await attempt(() => this.redis.stop());
    await attempt(() => this.nothingIsLeft());
    for (const { pid } of processesOf({ folder: this.folder })) kill(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    if (failures.length > 0) throw failures[0];
  }

  private async nothingIsLeft(): Promise<void> {
    const left = (): string[] => processesOf({ folder: this.folder }).map(({ pid, command }) => `${pid} ${command}`);
    await eventually(() => left().length === 0, {
      timeoutMs: 5_000,
      describe: () => `nothing of the cluster to be left, but there is:\n${left().join('\n')}\n${this.lastWords()}`,
    });
  }
}

const redisUrl = (redis: TestRedis, proxy: CutProxy | undefined): string =>
  proxy === undefined ? redis.url : `redis://${proxy.endpoint}`;

async function prepareHost(
  layout: ClusterLayout,
  redis: TestRedis,
  name: string,
  index: number,
  options: ClusterOptions,
): Promise<ClusterHost> {
  const address = `${layout.network}.${11 + index}`;
  const proxied = options.proxies === true;
  const toRedis = proxied ? await CutProxy.start(redis) : undefined;
  const fromCoordinator = proxied ? await CutProxy.start({ host: address, port: 7070 }) : undefined;
  const config = sidecarConfig(
    layout,
    redisUrl(redis, toRedis),
    { name, address, labels: options.labels?.[name] ?? {} },
    options,
  );
  const endpoint = `${address}:7070`;
  const env = { ...cleanEnvironment(layout), OUTRIDER_TOKEN_FILE: layout.token };
  return {
    name,
    address,
    daemon: daemonOf(layout, name, [options.sidecarBin ?? BINS.sidecar, 'run'], config, options),
    remote: connectSidecar({ endpoint, token: ensureToken(layout.token) }),
    toRedis,
    fromCoordinator,
    cli: (...words) => startCli(BINS.sidecar, [...words, '--endpoint', endpoint], { env }).result,
  };
}

function daemonOf(
  layout: ClusterLayout,
  name: string,
  words: readonly string[],
  config: object,
  options: ClusterOptions,
): Daemon {
  const file = join(layout.folder, `${name}.yaml`);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return new Daemon({
    name,
    command: [process.execPath, ...words, '--config', file],
    cwd: layout.folder,
    env: { ...cleanEnvironment(layout), ...options.env },
    logFile: join(layout.folder, `${name}.log`),
  });
}

/** Agents in order through their sidecar, then the sidecar. */
async function stopHost({ daemon, remote, toRedis, fromCoordinator }: ClusterHost): Promise<void> {
  if (daemon.runs) {
    daemon.signal('SIGCONT');
    await remote.ControlAgent({ all: true, action: 'stop', by: 'test' }, { timeoutMs: 60_000 }).catch(() => undefined);
    await daemon.stop();
  }
  await toRedis?.stop();
  await fromCoordinator?.stop();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
