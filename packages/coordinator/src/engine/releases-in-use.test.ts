import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { expect, test } from 'vitest';
import type { FleetHost } from './ports.js';
import { releasesInUse, unknownHosts } from './releases-in-use.js';

const ref = (version: string): ReleaseRef => ({
  version,
  digest: `digest of ${version}`,
  specDigest: `spec of ${version}`,
});

function host(name: string, app?: Partial<AppStatus>, instances: readonly string[] = []): FleetHost {
  const running = instances.map((version) => ({ app: 'app', version }));
  const apps = app === undefined ? [] : [{ app: 'app', agents: [], ...app }];
  return { name, status: { apps, instances: running } as unknown as HostStatus } as FleetHost;
}

const silent = (name: string): FleetHost => ({ name }) as FleetHost;

const rollout = (
  id: string,
  phase: Rollout['phase'],
  hosts: readonly Partial<RolloutHost>[],
  more: object = {},
): Rollout => ({ id, phase, app: 'app', version: '9', hosts, ...more }) as unknown as Rollout;

const said = (hosts: readonly FleetHost[], history: readonly Rollout[] = []): string[] =>
  releasesInUse('app', hosts, history).map(({ version, digest, use }) =>
    [use.how, version ?? digest, use.host ?? use.rollout].join(' '),
  );

test('what hosts say: active, previous, on trial, being staged, and agents of others', () => {
  const agents = [{ name: 'kept', fingerprint: 'f', replicas: 1, version: '3' }];
  const staging = { digest: 'digest of 5' } as AppStatus['staging'];
  const app = { active: ref('2'), previous: ref('1'), candidate: ref('4'), agents, ...(staging ? { staging } : {}) };
  expect(said([host('a', app, ['2', '0', '0', ''])])).toEqual([
    ...['active 2 a', 'previous 1 a', 'candidate 4 a', 'staging digest of 5 a', 'agent 3 a', 'agent 0 a'],
  ]);
  expect(said([host('a')])).toEqual([]);
});

test('a host that is silent runs what its last rollout was about, whichever way that went', () => {
  const history = [
    rollout('r3', 'succeeded', [{ host: 'b', to: ref('3') }], { version: '3' }),
    rollout('r2', 'aborted', [{ host: 'a', from: ref('1'), to: ref('2') }]),
    rollout('r1', 'succeeded', [{ host: 'a', to: ref('1') }]),
  ];
  expect(said([silent('a')], history)).toEqual(['active 2 a', 'previous 1 a', 'good 3 r3']);
});

test('a rollout under way: from and to, of each app by itself', () => {
  const apps = [
    { app: 'app', version: '2', digest: 'x' },
    { app: 'other', version: '7', digest: 'y' },
  ];
  const hosts = [
    { host: 'a/app', app: 'app', from: ref('1'), to: ref('2') },
    { host: 'a/other', app: 'other', from: ref('6'), to: ref('7') },
  ];
  const history = [rollout('r5', 'switching', hosts, { app: 'app,other', apps, version: '2' })];
  expect(said([host('a')], history)).toEqual(['rollout 2 r5', 'rollout 1 r5', 'rollout 2 r5']);
});

test('what the words stand for', () => {
  const history = [
    rollout('r3', 'rolled_back', [], { version: '3' }),
    rollout('r2', 'succeeded', [], { version: '2', fromVersion: '1' }),
    rollout('r1', 'succeeded', [], { version: '1' }),
  ];
  expect(said([], history)).toEqual(['good 2 r2', 'previous 1 r2']);
});

test('nothing is known of a silent host where there is no rollout', () => {
  expect(unknownHosts([host('a'), silent('b')], [])).toEqual(['b']);
  expect(unknownHosts([silent('b')], [rollout('r1', 'succeeded', [])])).toEqual([]);
});
