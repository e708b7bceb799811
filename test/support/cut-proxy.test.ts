import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { CutProxy } from './cut-proxy.js';

let echo: Server;
let proxy: CutProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  proxy = await CutProxy.start({ host: '127.0.0.1', port });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  echo.close();
});

function client(): { socket: Socket; heard: () => string; ended: () => boolean } {
  const socket = connect(proxy.address);
  clients.push(socket);
  let heard = '';
  let ended = false;
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.on('error', () => undefined).on('close', () => (ended = true));
  return { socket, heard: () => heard, ended: () => ended };
}

it('passes everything on, both ways', async () => {
  const { socket, heard } = client();
  socket.write('hello');
  await eventually(() => heard() === 'hello');
});

it('cuts what is there and what comes, until it is healed', async () => {
  const first = client();
  first.socket.write('a');
  await eventually(() => first.heard() === 'a');
  proxy.cut();
  await eventually(() => first.ended());
  const second = client();
  await eventually(() => second.ended());
  proxy.heal();
  const third = client();
  third.socket.write('c');
  await eventually(() => third.heard() === 'c');
});

it('swallows everything in silence, also of those who come', async () => {
  const first = client();
  first.socket.write('a');
  await eventually(() => first.heard() === 'a');
  proxy.blackhole();
  first.socket.write('b');
  const second = client();
  second.socket.write('x');
  await eventually(() => proxy.connections === 2);
  expect([first.heard(), second.heard(), first.ended(), second.ended()]).toEqual(['a', '', false, false]);
  proxy.heal();
  await eventually(() => first.ended() && second.ended());
});
