import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import { expect, test } from 'vitest';
import type { FleetHost } from '../engine/ports.js';
import { holdersOf, peersFor } from './peers.js';

const host = (name: string, address: string, more: Partial<FleetHost> = {}): FleetHost => ({
  ...{ name, address, endpoint: `${address}:7070`, labels: {}, state: 'up' },
  ...more,
});

const having = (digest: string): Partial<FleetHost> => ({
  status: {
    apps: [{ app: 'shop', active: { version: '1', digest, specDigest: 's' } } as AppStatus],
  } as unknown as HostStatus,
});

const asked = (of: FleetHost, hosts: readonly FleetHost[], together: readonly string[]): string[] =>
  peersFor(of, hosts, { app: 'shop', digest: 'd', together }).map(
    ({ host: name, hasIt }) => `${name}${hasIt ? ' has it' : ''}`,
  );

test('a host is told who stages with it, itself among them, and who has the release', () => {
  const [a, b, c] = [host('a', '10.0.0.1'), host('b', '10.0.0.2'), host('c', '10.0.0.3', having('d'))];
  const other = host('d', '10.0.0.4', having('another'));
  expect(asked(a, [a, b, c, other], ['a', 'b'])).toEqual(['a', 'b', 'c has it']);
  expect(asked(b, [a, b, c, other], ['a', 'b'])).toEqual(['a', 'b', 'c has it']);
});

test('nobody is sent to a host that is away, is another than it says, or listens for its own machine alone', () => {
  const own = host('a', '10.0.0.1');
  const away = host('b', '10.0.0.2', { state: 'down' });
  const mistaken = host('c', '10.0.0.3', { mistaken: 'pc9 answers' });
  const inside = host('d', '127.0.0.1');
  expect(asked(own, [own, away, mistaken, inside], ['a', 'b', 'c', 'd'])).toEqual(['a']);
  expect(asked(inside, [own, inside], ['a', 'd'])).toEqual(['a', 'd']);
});

test('a host has a release also on trial, and once it is staged', () => {
  const withApp = (app: object): Partial<FleetHost> => ({ status: { apps: [{ app: 'shop', ...app }] } as never });
  const ref = { version: '1', digest: 'd', specDigest: 's' };
  const hosts = [
    host('a', '10.0.0.1', withApp({ candidate: ref })),
    host('b', '10.0.0.2', withApp({ staging: { ...ref, state: 'done' } })),
    host('c', '10.0.0.3', withApp({ staging: { ...ref, state: 'running' } })),
    host('d', '10.0.0.4', { ...withApp({ active: ref }), state: 'suspect' }),
  ];
  expect(holdersOf(hosts, 'shop', 'd').map(({ name }) => name)).toEqual(['a', 'b']);
  expect(holdersOf(hosts, 'other', 'd')).toEqual([]);
});
