import { describe, expect, it } from 'vitest';
import type { Rollout, RolloutHost, RolloutHostState } from './rollout.js';
import {
  appsIn,
  entriesOn,
  entryAt,
  hostNames,
  hostOf,
  isAbout,
  joinedApps,
  ofApp,
  placeKey,
  placeOf,
  sharedApp,
  shownHosts,
  stateByApp,
  stateByHost,
  together,
} from './rollout-place.js';

const to = { version: '2', digest: 'd', specDigest: 's' };
const entry = (host: string, app: string | undefined, state: RolloutHostState = 'staged'): RolloutHost => ({
  ...{ host: placeKey(host, app), wave: 1, state, to, touched: false, step: 0 },
  ...(app === undefined ? {} : { app }),
});

const of = (patch: Partial<Rollout>): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'da', hosts: [] },
  ...{ phase: 'staging', paused: false, by: 'me', startedAt: 0, steps: 0, fromVersion: '1' },
  options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false },
  ...patch,
});

const one = of({ hosts: [entry('pc2', undefined)] });
const two = of({
  app: 'a,b',
  apps: [
    { app: 'a', version: '2', digest: 'da', fromVersion: '1' },
    { app: 'b', version: '2', digest: 'db' },
  ],
  hosts: [entry('pc2', 'a', 'committed'), entry('pc2', 'b', 'trial'), entry('pc3', 'b', 'failed')],
});

describe('a rollout of one app', () => {
  it('is as it was before there could be several', () => {
    expect(placeOf(one, one.hosts[0]!)).toEqual({ host: 'pc2', app: 'a' });
    expect(entryAt(one, 'pc2', 'a')).toBe(one.hosts[0]);
    expect(shownHosts(one)).toBe(one.hosts);
    expect(ofApp(one, 'a')).toBe(one);
    expect(stateByApp(one)).toBeUndefined();
    expect([isAbout(one, 'a'), isAbout(one, ''), isAbout(one, 'b')]).toEqual([true, true, false]);
  });
});

describe('a rollout of several apps', () => {
  it('has an entry for each app of each host, under a key that is read here alone', () => {
    expect(two.hosts.map(({ host }) => host)).toEqual(['pc2/a', 'pc2/b', 'pc3/b']);
    expect(two.hosts.map((host) => placeOf(two, host))).toEqual([
      { host: 'pc2', app: 'a' },
      { host: 'pc2', app: 'b' },
      { host: 'pc3', app: 'b' },
    ]);
    expect(entryAt(two, 'pc2', 'b')?.host).toBe('pc2/b');
    expect(entryAt(two, 'pc3', 'a')).toBeUndefined();
    expect(entriesOn(two, 'pc2').map(({ host }) => host)).toEqual(['pc2/a', 'pc2/b']);
    expect(hostNames(two.hosts)).toEqual(['pc2', 'pc3']);
  });

  it('is shown with host and app apart, and is read so again', () => {
    const shown = shownHosts(two);
    expect(shown.map(({ host, app }) => [host, app])).toEqual([
      ['pc2', 'a'],
      ['pc2', 'b'],
      ['pc3', 'b'],
    ]);
    expect(shown.map(hostOf)).toEqual(['pc2', 'pc2', 'pc3']);
  });

  it('says of a host what is furthest from being done, and of each app where it stands', () => {
    expect(stateByHost(two.hosts)).toEqual({ pc2: 'trial', pc3: 'failed' });
    expect(stateByApp(two)).toEqual({ a: { pc2: 'committed' }, b: { pc2: 'trial', pc3: 'failed' } });
  });

  it('is about each of its apps, and about just these together', () => {
    expect(['a', 'b', 'a,b', 'c', 'a,c'].map((app) => isAbout(two, app))).toEqual([true, true, true, false, false]);
    expect([sharedApp(two, ['c', 'b']), sharedApp(two, ['c']), sharedApp(one, ['b', 'a'])]).toEqual([
      'b',
      undefined,
      'a',
    ]);
  });

  it('can be looked at as if it were of one of them', () => {
    const alone = ofApp(two, 'b');
    expect(alone).toMatchObject({ app: 'b', digest: 'db', hosts: [{ host: 'pc2' }, { host: 'pc3' }] });
    expect([alone.apps, alone.fromVersion, alone.hosts.some((host) => 'app' in host)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect(ofApp(two, 'a').fromVersion).toBe('1');
  });
});

it('names of several apps are one text, whatever their order', () => {
  expect([joinedApps(['b', 'a', 'b']), appsIn('a,b'), appsIn('')]).toEqual(['a,b', ['a', 'b'], []]);
  expect([together(['2', '2']), together(['2', '1'])]).toEqual(['2', '2,1']);
});
