/** A real redis-server of the test's own, on a free port of loopback, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

export interface TestRedis {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dir: string;
  /** Pid of the server; 0 while it is stopped. */
  pid(): number;
  /** Ends it for good and removes its folder. */
  stop(): Promise<void>;
  /** kill -9; it stays away until `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with what it had saved. */
  restart(): Promise<void>;
  /** FLUSHALL. */
  empty(): Promise<void>;
}

export interface TestRedisOptions {
  readonly host?: string;
  readonly port?: number;
  /** Default: a new folder in the temporary one. */
  readonly dir?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A TCP port that nobody has now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const host = options.host ?? '127.0.0.1';
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'outrider-redis-'));
  mkdirSync(dir, { recursive: true });
  const port = options.port ?? (await freePort(host));
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = await spawnServer(host, port, dir, options.env ?? {});
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
  };

  await start();
  return {
    url: `redis://${host}:${port}`,
    host,
    port,
    dir,
    pid: () => child?.pid ?? 0,
    stop: async () => {
      await end('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    empty: async () => {
      const answer = await command(host, port, 'FLUSHALL');
      if (!answer.startsWith('+OK')) throw new Error(`FLUSHALL: ${answer}`);
    },
  };
}

async function spawnServer(
  host: string,
  port: number,
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const child = spawn('redis-server', serverArgs(host, port, dir), {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const ended = (): boolean => failure !== undefined || child.exitCode !== null;
  await eventually(async () => ended() || (await command(host, port, 'PING')).startsWith('+PONG'), {
    describe: `redis-server on ${host}:${port}`,
  });
  if (ended()) throw new Error(`redis-server did not start on ${host}:${port}`, { cause: failure });
  return child;
}

function serverArgs(host: string, port: number, dir: string): string[] {
  const settings = { bind: host, port: String(port), dir, save: '', appendonly: 'yes', appendfsync: 'always' };
  return [
    ...Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    ...['--daemonize', 'no', '--loglevel', 'warning'],
  ];
}

/** One inline command; the first line of the answer. */
export function command(host: string, port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer in time')));
    socket.once('connect', () => socket.write(`${line}\r\n`));
    socket.once('data', (chunk) => {
      resolve(chunk.toString('utf8'));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}
