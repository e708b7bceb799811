import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Sockets } from '../supervise/ports.js';
import { createSockets } from './sockets.js';
import { takesConnections } from './testing/callers.js';
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
