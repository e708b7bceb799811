import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { acceptsAtOnce } from './quick-connect.js';

const held = (): number => readdirSync('/proc/self/fd').length;

test.each(['127.0.0.1', '::1'])('on %s it is known at once who accepts, and who does not any more', async (host) => {
  const server = createServer((socket) => socket.resume()).listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const seen = once(server, 'connection');
  expect(acceptsAtOnce(host, port)).toBe(true);
  await seen;
  await new Promise((resolve) => server.close(resolve));
  const before = held();
  for (let count = 0; count < 100; count++) expect(acceptsAtOnce(host, port)).toBe(false);
  expect(held()).toBe(before);
});

test('nobody is asked by name', () => {
  expect(acceptsAtOnce('localhost', 1)).toBe(false);
});

test('one whose queue is full accepts no more', async () => {
  const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // In this same turn nobody is taken out of the queue.
  const answers = Array.from({ length: 5 }, () => acceptsAtOnce('127.0.0.1', port));
  expect([answers[0], answers.at(-1)]).toEqual([true, false]);
  await new Promise((resolve) => server.close(resolve));
});
