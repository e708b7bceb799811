/** What the kernel tells at once, and what its tables tell, are the same sockets. */
import { type AddressInfo, type Server, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { listSockets } from './libc/socket-diag.js';
import { LISTENING, fromTables, tcpSockets } from './tcp-sockets.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

test.each([
  ['127.0.0.1', '7f000001'],
  ['::1', `${'0'.repeat(31)}1`],
])('a socket that listens on %s', async (host, address) => {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const [own] = tcpSockets([LISTENING]).filter((one) => one.port === port && one.address === address);
  expect(own).toMatchObject({ address, port, state: LISTENING });
  expect(Number(own?.inode)).toBeGreaterThan(0);
  expect(fromTables([LISTENING])).toContainEqual(own);
});

test('of many, each is told once, and those of other states are not', async () => {
  for (let left = 700; left > 0; left -= 1) {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  // More than one part of an answer.
  const found = listSockets([LISTENING]).map(({ port }) => port);
  for (const port of ports) expect(found.filter((one) => one === port)).toEqual([port]);
  expect(listSockets([1]).filter(({ state }) => state !== 1)).toEqual([]);
});
