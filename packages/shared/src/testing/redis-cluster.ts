/** A real Redis Cluster of three masters with a replica each, each a process of its own on loopback, in one folder. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { command, freePort } from './redis.js';
import { RedisProcess } from './redis-process.js';

export interface TestRedisCluster {
  readonly dir: string;
  /** `HOST:PORT` of each node. */
  readonly nodes: readonly string[];
  readonly servers: readonly RedisProcess[];
  /** The master of the slot that this key is in, as a node that runs knows it. */
  ownerOf(key: string): Promise<RedisProcess>;
  /** Ends all of it and removes the folder. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const NODES = 6;
/** How long a node is silent before the others take it for gone. */
const NODE_TIMEOUT_MS = 1_500;
/** Nodes talk to each other on a port of their own, this much above. */
const BUS_PORT_ABOVE = 10_000;
const HIGHEST_PORT = 65_535;

export async function startRedisCluster(): Promise<TestRedisCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'outrider-cluster-'));
  const servers: RedisProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((one) => one.kill()));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    while (servers.length < NODES) servers.push(await startNode(dir));
    const nodes = servers.map(({ host, port }) => `${host}:${port}`);
    const join = ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'];
    await promisify(execFile)('redis-cli', join, { timeout: 60_000 });
    await eventually(async () => (await Promise.all(servers.map(isReady))).every(Boolean), {
      timeoutMs: 60_000,
      describe: 'every node to know all slots, and every replica to follow',
    });
    return { dir, nodes, servers, ownerOf: (key) => ownerOf(key, servers), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startNode(dir: string): Promise<RedisProcess> {
  for (;;) {
    const port = await freePort(HOST);
    const bus = port + BUS_PORT_ABOVE <= HIGHEST_PORT ? port + BUS_PORT_ABOVE : await freePort(HOST);
    const own = join(dir, `${port}`);
    mkdirSync(own);
    const settings = {
      ...{ bind: HOST, port: `${port}`, dir: own, save: '', 'cluster-port': `${bus}`, 'cluster-enabled': 'yes' },
      ...{ 'cluster-node-timeout': `${NODE_TIMEOUT_MS}`, 'repl-diskless-sync-delay': '0', loglevel: 'warning' },
    };
    const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
    const node = new RedisProcess(HOST, port, ['redis-server', ...words]);
    try {
      await node.start();
      return node;
    } catch (error) {
      await node.kill();
      // Its second port was somebody's: another pair is tried.
      if (!(error instanceof Error && error.message.includes('did not start'))) throw error;
    }
  }
}

async function isReady({ host, port }: RedisProcess): Promise<boolean> {
  const info = await command(host, port, 'CLUSTER INFO');
  if (!info.includes('cluster_state:ok') || !info.includes(`cluster_known_nodes:${NODES}`)) return false;
  const replication = await command(host, port, 'INFO replication');
  return replication.includes('role:master')
    ? replication.includes('state=online')
    : replication.includes('master_link_status:up');
}

async function ownerOf(key: string, servers: readonly RedisProcess[]): Promise<RedisProcess> {
  for (const { host, port } of servers.filter((server) => server.runs)) {
    const text = await command(host, port, 'CLUSTER SLOTS').catch(() => '');
    const slot = Number(/:(\d+)/.exec(await command(host, port, `CLUSTER KEYSLOT ${key}`))?.[1]);
    for (const [, from, to, owner] of text.matchAll(/:(\d+)\r\n:(\d+)\r\n\*\d+\r\n\$\d+\r\n[^\r]*\r\n:(\d+)/g)) {
      if (slot < Number(from) || slot > Number(to)) continue;
      const found = servers.find((server) => server.port === Number(owner));
      if (found !== undefined) return found;
    }
  }
  throw new Error(`No node says who has ${key}.`);
}
