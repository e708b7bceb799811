import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { formatAddress } from '@outrider/shared/runtime/listen.js';
import { expect, test } from 'vitest';
import { encodeAddress, ipBytes, parseListenAddress, procNetAddress } from './socket-address.js';

test.each([
  ['127.0.0.1:8081', '127.0.0.1:8081'],
  ['localhost:1', '127.0.0.1:1'],
  ['*:80', '0.0.0.0:80'],
  [':80', '0.0.0.0:80'],
  ['[::1]:8081', '[::1]:8081'],
  ['[::ffff:10.0.0.1]:65535', '[::ffff:10.0.0.1]:65535'],
  ['/run/x.sock', '/run/x.sock'],
])('%s is understood as %s', (text, meant) => {
  expect(formatAddress(parseListenAddress(text))).toBe(meant);
});

test.each([
  '',
  '8081',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '127.0.0.1:-1',
  '::1:80',
  '[127.0.0.1]:80',
  '[]:80',
  'example.org:80',
  'x.sock',
  '300.0.0.1:80',
  `/${'x'.repeat(107)}`,
])('"%s" is refused with a sentence', (text) => {
  expect(() => parseListenAddress(text)).toThrow(/^(Cannot listen on|The socket path) .*\.$/);
});

test('IPv6 addresses become their sixteen bytes, however they are shortened', () => {
  const hex = (host: string): string => Buffer.from(ipBytes(host)).toString('hex');
  expect(hex('::')).toBe('0'.repeat(32));
  expect(hex('::1')).toBe(`${'0'.repeat(31)}1`);
  expect(hex('fe80::')).toBe(`fe80${'0'.repeat(28)}`);
  expect(hex('2001:db8::5:0:7')).toBe('20010db8000000000000000500000007');
  expect(hex('::ffff:192.168.1.2')).toBe('00000000000000000000ffffc0a80102');
  fc.assert(
    fc.property(fc.ipV6(), (host) => {
      // The URL parser writes the shortest form: the same bytes in other words.
      const shortest = new URL(`http://[${host}]/`).hostname.slice(1, -1);
      expect(ipBytes(shortest)).toEqual(ipBytes(host));
      expect(ipBytes(host)).toHaveLength(16);
    }),
  );
});

test('abstract unix names begin with a zero and have none at the end', () => {
  const bytes = encodeAddress({ kind: 'unix', path: '@name' }).bytes;
  expect([...bytes.subarray(2)]).toEqual([0, ...Buffer.from('name')]);
});

test.each(['127.0.0.1', '::1'])('the kernel writes %s as we do', async (host) => {
  const server = createServer().listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const client = connect(port, host);
  await new Promise((resolve) => client.once('connect', resolve));
  const table = readFileSync(host.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp', 'latin1');
  expect(table).toContain(` ${procNetAddress(host, port)} ${procNetAddress(host, client.localPort!)} `);
  client.destroy();
  server.close();
});
