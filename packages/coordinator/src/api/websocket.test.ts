import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type SocketClient, Sockets } from './websocket.js';

const MIB = 1024 * 1024;
let server: Server;
let sockets: Sockets;
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  sockets.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** A reader that never reads: as its feed sees it, and whether it was cut off. */
async function mute(readers: SocketClient[], gone: Set<SocketClient>): Promise<SocketClient> {
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/`).on('error', () => undefined);
  clients.push(client);
  await once(client, 'open');
  client.pause();
  const reader = await eventually(() => readers[clients.length - 1] ?? null);
  expect(gone.has(reader)).toBe(false);
  return reader;
}

test('of readers that do not read, the worst is cut off where all together leave too much, and the others stay', async () => {
  const readers: SocketClient[] = [];
  const gone = new Set<SocketClient>();
  sockets = new Sockets({ byOne: Infinity, byAll: 2 * MIB });
  server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) =>
    sockets.accept(request, socket, head, (client) => {
      readers.push(client);
      return () => gone.add(client);
    }),
  );
  await once(server, 'listening');
  const [bad, worse] = [await mute(readers, gone), await mute(readers, gone)];
  const text = 'x'.repeat(MIB / 16);
  await eventually(() => {
    for (const reader of [bad, worse, worse, worse]) reader.send(text);
    return gone.size > 0;
  });
  expect([...gone]).toEqual([worse]);
});
