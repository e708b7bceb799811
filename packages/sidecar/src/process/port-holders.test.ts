import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createPortHolders } from './port-holders.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const LISTEN =
  "require('node:net').createServer().listen(...JSON.parse(process.argv[1]), function () { console.log(JSON.stringify(this.address())) })";

/** A process of its own that listens; resolves with what it listens on. */
async function listener(
  words: readonly unknown[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ port: number; pid: number }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTEN, JSON.stringify(words)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  closers.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const line = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString())),
  );
  const found = JSON.parse(line) as { port?: number };
  return { port: found.port ?? 0, pid: child.pid ?? 0 };
}

const holders = createPortHolders();
const strangerOn = (listen: string, app: string, host: string) => holders.strangerOn(listen, app, host);

it('names who listens, on the address itself or on all of them', async () => {
  const exact = await listener([0, '127.0.0.1']);
  expect(strangerOn(`127.0.0.1:${exact.port}`, 'a', 'pc2')).toBe(`process ${exact.pid} (node)`);
  expect(strangerOn(`127.0.0.2:${exact.port}`, 'a', 'pc2')).toBeUndefined();
  const wild = await listener([0, '0.0.0.0']);
  expect(strangerOn(`127.0.0.9:${wild.port}`, 'a', 'pc2')).toBe(`process ${wild.pid} (node)`);
});

it('finds nobody where nobody listens, and nothing to look at in what is no address', () => {
  expect(strangerOn('127.0.0.1:1', 'a', 'pc2')).toBeUndefined();
  expect(strangerOn('127.0.0.1:0', 'a', 'pc2')).toBeUndefined();
  expect(strangerOn('nowhere:80', 'a', 'pc2')).toBeUndefined();
});

it('counts neither this process nor agents of the app itself', async () => {
  const own = await new Promise<Server>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  });
  closers.push(() => new Promise((resolve) => own.close(resolve)));
  expect(strangerOn(`127.0.0.1:${(own.address() as { port: number }).port}`, 'a', 'pc2')).toBeUndefined();
  const agent = await listener([0, '127.0.0.1'], { OUTRIDER_APP: 'a', OUTRIDER_HOST: 'pc2' });
  expect(strangerOn(`127.0.0.1:${agent.port}`, 'a', 'pc2')).toBeUndefined();
  expect(strangerOn(`127.0.0.1:${agent.port}`, 'b', 'pc2')).toBe(`process ${agent.pid} (node)`);
});

it('knows unix sockets by their path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-holders-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 's');
  const { pid } = await listener([path]);
  expect(strangerOn(path, 'a', 'pc2')).toBe(`process ${pid} (node)`);
  expect(strangerOn(join(folder, 'other'), 'a', 'pc2')).toBeUndefined();
});
