/** A real master with replicas, watched by real sentinels, each a process of its own on loopback, in one folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { command, freePort } from './redis.js';
import { RedisProcess } from './redis-process.js';

export interface TestSentinels {
  readonly dir: string;
  /** `HOST:PORT` of each sentinel. */
  readonly sentinels: readonly string[];
  readonly name: string;
  /** All that hold the data; any of them may be the master. */
  readonly servers: readonly RedisProcess[];
  /** Whom the sentinels call the master now. */
  master(): Promise<RedisProcess>;
  /** Ends all of it and removes the folder. */
  stop(): Promise<void>;
}

const NAME = 'mymaster';
const HOST = '127.0.0.1';
/** How long a master is silent before a sentinel takes it for gone. */
const DOWN_AFTER_MS = 1_000;
const REPLICAS = 2;
const SENTINELS = 3;

export async function startSentinels(options: { readonly password?: string } = {}): Promise<TestSentinels> {
  const dir = mkdtempSync(join(tmpdir(), 'outrider-sentinel-'));
  const started: RedisProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.kill()));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const start: Start = (settings, ...words) => startOne(dir, started, settings, words);
    const servers = await startServers(start, options.password);
    const sentinels = await startWatchers(start, servers[0].port, options.password);
    const master = async (): Promise<RedisProcess> => {
      const port = await masterPort(sentinels);
      const found = servers.find((server) => server.port === port);
      if (found === undefined) throw new Error(`No server of ours is the master: ${port}`);
      return found;
    };
    const addresses = sentinels.map(({ host, port }) => `${host}:${port}`);
    return { dir, sentinels: addresses, name: NAME, servers, master, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = (settings: readonly string[], ...words: readonly string[]) => Promise<RedisProcess>;

async function startOne(
  dir: string,
  started: RedisProcess[],
  settings: readonly string[],
  words: readonly string[],
): Promise<RedisProcess> {
  const port = await freePort(HOST);
  const file = join(dir, `${port}.conf`);
  writeFileSync(file, [`bind ${HOST}`, `port ${port}`, `dir ${dir}`, ...settings, ''].join('\n'));
  const one = new RedisProcess(HOST, port, ['redis-server', file, ...words]);
  started.push(one);
  await one.start();
  return one;
}

/** The first one is the master. */
async function startServers(
  start: Start,
  password: string | undefined,
): Promise<readonly [RedisProcess, ...RedisProcess[]]> {
  const access = password === undefined ? [] : [`requirepass ${password}`, `masterauth ${password}`];
  const first = await start(['save ""', 'repl-diskless-sync-delay 0', ...access]);
  const following = [`replicaof ${HOST} ${first.port}`, 'save ""', 'repl-diskless-sync-delay 0', ...access];
  const replicas: RedisProcess[] = [];
  while (replicas.length < REPLICAS) replicas.push(await start(following));
  return [first, ...replicas];
}

async function startWatchers(
  start: Start,
  master: number,
  password: string | undefined,
): Promise<readonly RedisProcess[]> {
  const watched = [
    `sentinel monitor ${NAME} ${HOST} ${master} 2`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 10000`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${NAME} ${password}`]),
  ];
  const sentinels: RedisProcess[] = [];
  while (sentinels.length < SENTINELS) sentinels.push(await start(watched, '--sentinel'));
  await eventually(async () => (await Promise.all(sentinels.map(isReady))).every(Boolean), {
    timeoutMs: 60_000,
    describe: 'every sentinel to know the others and every replica',
  });
  return sentinels;
}

/** It can carry a failover: it knows enough others, and replicas that are as far as the master. */
async function isReady({ host, port }: RedisProcess): Promise<boolean> {
  const text = await command(host, port, `SENTINEL MASTER ${NAME}`);
  const field = (key: string): string | undefined =>
    new RegExp(`\\r\\n${key}\\r\\n\\$\\d+\\r\\n([^\\r]*)`).exec(text)?.[1];
  if (field('num-other-sentinels') !== `${SENTINELS - 1}` || field('num-slaves') !== `${REPLICAS}`) return false;
  const replicas = await command(host, port, `SENTINEL REPLICAS ${NAME}`);
  return [...replicas.matchAll(/master-link-status\r\n\$\d+\r\nok/g)].length === REPLICAS;
}

async function masterPort(sentinels: readonly RedisProcess[]): Promise<number> {
  const [first] = sentinels.filter((sentinel) => sentinel.runs);
  if (first === undefined) throw new Error('No sentinel runs.');
  const text = await command(first.host, first.port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${NAME}`);
  return Number(/\r\n(\d+)\r\n$/.exec(text)?.[1]);
}
