/** Whose a connection is, told by the kernel in one question; see processes.test.ts for which process that is. */
import { readFileSync, readlinkSync, readdirSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { formatHostPort } from '@outrider/shared/runtime/listen.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, expect, test } from 'vitest';
import { acceptedEnd } from './connection.js';
import { findConnection } from './libc/socket-diag.js';
import { ipBytes } from './socket-address.js';

let server: Server | undefined;
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await new Promise((resolve) => server?.close(resolve));
});

async function caller(listen: string, host: string): Promise<Socket> {
  server ??= createServer((taken) => taken.on('error', () => undefined).resume());
  if (!server.listening) await new Promise<void>((resolve) => server?.listen(0, listen, resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect(port, host);
  clients.push(client);
  await new Promise((resolve) => client.once('connect', resolve));
  return client;
}

const ends = (client: Socket): [string, string] => [
  formatHostPort({ host: client.localAddress!, port: client.localPort! }),
  formatHostPort({ host: client.remoteAddress!, port: client.remotePort! }),
];
const own = (inode: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === `socket:[${inode}]`;
    } catch {
      return false; // closed since
    }
  });

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['::', '127.0.0.1'],
])('a socket on %s, called at %s', async (listen, host) => {
  server = undefined;
  const client = await caller(listen, host);
  const found = await eventually(() => {
    const end = acceptedEnd(...ends(client));
    return end.state === 'accepted' ? end : null;
  });
  expect(own(found.inode)).toBe(true);
  // The kernel says so by itself, without any table.
  const end = (address: string, port: number) => ({ address: ipBytes(address), port });
  const asked = findConnection(
    end(client.remoteAddress!, client.remotePort!),
    end(client.localAddress!, client.localPort!),
  );
  expect(asked).toEqual({ state: 1, inode: Number(found.inode) });
  const [from, to] = ends(client);
  client.destroy();
  await eventually(() => acceptedEnd(from, to).state === 'gone');
  // Nobody has called from there: who listens is no answer.
  expect(acceptedEnd(formatHostPort({ host, port: 1 }), to)).toEqual({ state: 'gone' });
});

test('a thousand other connections change nothing in what is asked', async () => {
  server = undefined;
  const client = await caller('127.0.0.1', '127.0.0.1');
  for (let left = 1_000; left > 0; left -= 1) (await caller('127.0.0.1', '127.0.0.1')).destroy();
  expect(readFileSync('/proc/net/tcp', 'latin1').split('\n').length).toBeGreaterThan(1_000);
  const end = acceptedEnd(...ends(client));
  expect(end.state).toBe('accepted');
});
