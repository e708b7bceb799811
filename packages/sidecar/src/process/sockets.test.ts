import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Sockets } from '../supervise/ports.js';
import { createSockets } from './sockets.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
let sockets: Sockets;
beforeEach(() => {
  scratch = new Scratch();
  sockets = createSockets();
});
afterEach(async () => {
  for (const app of ['app', 'other']) sockets.release(app, []);
  await scratch.end();
});

/** Whether the kernel takes a connection there, though nobody may accept it yet. */
const takesConnections = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = address.startsWith('/') ? connect(address) : connect(Number(port), host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

test('opens once what one agent declares twice, and under a new name too', async () => {
  const [first] = sockets.hold('app', 'one', [{ name: 'http', listen: '127.0.0.1:0' }]);
  const [again] = sockets.hold('app', 'one', [{ name: 'web', listen: 'localhost:0' }]);
  expect(again).toEqual({ ...first, name: 'web' });
  expect(first!.address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  expect(await takesConnections(first!.address)).toBe(true);
});

test('closes what is no longer declared', async () => {
  const specs = [
    { name: 'a', listen: '127.0.0.41:0' },
    { name: 'b', listen: '127.0.0.42:0' },
  ];
  const [a, b] = sockets.hold('app', 'one', specs);
  sockets.release('other', []);
  sockets.release('app', [specs[1]!]);
  expect(await takesConnections(a!.address)).toBe(false);
  expect(await takesConnections(b!.address)).toBe(true);
  sockets.release('app', []);
  expect(await takesConnections(b!.address)).toBe(false);
});

test('an address of another app is refused by name', () => {
  sockets.hold('app', 'one', [{ name: 'x', listen: '127.0.0.1:0' }]);
  expect(() => sockets.hold('other', 'two', [{ name: 'y', listen: '127.0.0.1:0' }])).toThrow(
    'Cannot listen on 127.0.0.1:0 for agent two of app other: agent one of app app has it. Give one of them another address.',
  );
});

test('what moves to another agent of the app is passed on without a gap', async () => {
  const spec = { name: 'x', listen: '127.0.0.1:0' };
  const held = sockets.hold('app', 'one', [spec]);
  expect(sockets.hold('app', 'two', [spec])).toEqual(held);
  sockets.release('app', [spec]);
  expect(await takesConnections(held[0]!.address)).toBe(true);
});

test('an address of another program is refused, and then nothing is opened', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = scratch.path('free.sock');
  expect(() =>
    sockets.hold('app', 'one', [
      { name: 'a', listen: path },
      { name: 'b', listen: taken },
    ]),
  ).toThrow(
    expect.objectContaining({
      code: 'refused',
      message: `Cannot listen on ${taken} (socket b): the address is taken by another program. End that program or declare another address.`,
    }),
  );
  expect(existsSync(path)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['203.0.113.7:80', 'EADDRNOTAVAIL'],
  ['/no/such/folder/x.sock', 'ENOENT'],
])('%s is refused with the cause (%s)', (listen, code) => {
  expect(() => sockets.hold('app', 'one', [{ name: 'x', listen }])).toThrow(
    new RegExp(`^Cannot listen on ${listen} \\(socket x\\): .*${code} from bind.*\\.$`),
  );
});

test('a unix socket left by a dead program is replaced, one in use or a plain file is not', async () => {
  const path = scratch.path('x.sock');
  const spec = { name: 'x', listen: path };
  const sidecar = createSockets();
  sidecar.hold('app', 'one', [spec]);
  expect(() => sockets.hold('app', 'one', [spec])).toThrow(`Cannot listen on ${path}`);
  expect(await takesConnections(path)).toBe(true);
  sidecar.release('app', []);
  expect(existsSync(path)).toBe(false);

  const left = spawn(process.execPath, ['-e', `require('net').createServer().listen('${path}', () => console.log(1))`]);
  await new Promise((resolve) => left.stdout.once('data', resolve));
  left.kill('SIGKILL');
  await new Promise((resolve) => left.once('exit', resolve));
  expect(existsSync(path)).toBe(true);
  sockets.hold('app', 'one', [spec]);
  expect(await takesConnections(path)).toBe(true);

  const file = scratch.path('file');
  writeFileSync(file, 'precious');
  expect(() => sockets.hold('app', 'two', [{ name: 'y', listen: file }])).toThrow(`Cannot listen on ${file}`);
  expect(scratch.read('file')).toBe('precious');
});

/** A sidecar that starts an agent with sockets and is killed with -9. */
const DYING_SIDECAR = `
import { writeFileSync } from 'node:fs';
const [, , built, folder, incarnation, specs] = process.argv;
const { createProcesses } = await import(built + '/processes.js');
const { createSockets } = await import(built + '/sockets.js');
const sockets = createSockets().hold('app', 'one', JSON.parse(specs));
const { identity } = createProcesses().spawn({
  incarnation, cwd: folder, logFile: folder + '/log', sockets,
  command: [process.execPath, '-e', \`
    require('net').createServer((s) => s.end('hello')).listen({ fd: 4 }, () => console.log('ready'));
  \`],
  env: { PATH: process.env.PATH, OUTRIDER_INCARNATION: incarnation },
});
writeFileSync(folder + '/record', JSON.stringify(identity));
process.kill(process.pid, 'SIGKILL');
`;

test('after a kill of the sidecar, its sockets are taken back from a living instance', async () => {
  const port = await freePort();
  const path = scratch.path('agent.sock');
  const specs = [
    { name: 'unix', listen: path },
    { name: 'tcp', listen: `127.0.0.1:${port}` },
  ];
  const incarnation = scratch.incarnation();
  writeFileSync(scratch.path('sidecar.mjs'), DYING_SIDECAR);
  const built = fileURLToPath(new URL('../../dist/process', import.meta.url));
  const args = [scratch.path('sidecar.mjs'), built, scratch.folder, incarnation, JSON.stringify(specs)];
  const sidecar = spawn(process.execPath, args, { stdio: 'inherit' });
  await new Promise((resolve) => sidecar.once('exit', resolve));
  const identity = JSON.parse(scratch.read('record')) as ProcessIdentity;
  scratch.track(identity, incarnation);
  await eventually(() => expect(scratch.read('log')).toBe('ready\n'));

  // Without help, the addresses are taken by the instance itself.
  expect(() => sockets.hold('app', 'one', specs)).toThrow('taken by another program');
  expect(sockets.recover('app', 'one', [{ name: 'x', listen: '127.0.0.1:1' }], identity)).toEqual([]);
  expect(sockets.recover('app', 'one', specs, { ...identity, startTicks: 1 })).toEqual([]);
  expect(sockets.gap(specs)).toMatch(/^socket unix \(.*\), tcp \(.*\) was not kept .* are refused while/);
  const recovered = sockets.recover('app', 'one', specs, identity);
  expect(sockets.gap(specs)).toBeUndefined();
  expect(recovered.map(({ name, address }) => [name, address])).toEqual([
    ['unix', path],
    ['tcp', `127.0.0.1:${port}`],
  ]);
  // From now on they are held as if this sidecar had opened them.
  expect(sockets.hold('app', 'one', specs)).toEqual(recovered);
  expect(sockets.recover('app', 'one', specs, identity)).toEqual(recovered);
  await scratch.processes.killTree(identity, incarnation);
  expect(await takesConnections(`127.0.0.1:${port}`)).toBe(true);
  expect(await takesConnections(path)).toBe(true);
  expect(sockets.recover('app', 'two', [{ name: 'x', listen: '127.0.0.1:2' }], identity)).toEqual([]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
