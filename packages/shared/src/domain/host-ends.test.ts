import { describe, expect, test } from 'vitest';
import { hostEnds, type Spoken } from './host-ends.js';
import type { RolloutHost } from './rollout.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });
const entry = (host: string, more: Partial<RolloutHost>): RolloutHost => ({
  ...{ host, wave: 1, state: 'pending', to: ref('1.4'), from: ref('1.3'), touched: false, step: 0 },
  ...more,
});
const ends = (kind: 'rollout' | 'rollback', hosts: readonly RolloutHost[], spoken: Spoken) =>
  hostEnds({ app: 'a', kind, hosts }, spoken).map(
    ({ host, from, to, moves }) => `${host} ${from ?? '-'} ${moves ? '->' : 'stays'} ${to ?? '-'}`,
  );

describe('a rollout', () => {
  const hosts = [
    entry('alpha', { state: 'committed', touched: true, stays: true }),
    entry('beta', { state: 'trial', touched: true }),
    entry('gamma', { state: 'reverted', touched: true }),
    entry('delta', {}),
  ];
  const rest = ['beta 1.4 -> 1.3', 'gamma 1.3 stays 1.3', 'delta 1.3 stays 1.3'];

  test.each<[Spoken, string]>([
    ['abort', 'alpha 1.4 stays 1.4'],
    ['go_on', 'alpha 1.4 stays 1.4'],
    ['emergency', 'alpha 1.4 -> 1.3'],
  ])('%s: what was touched goes to where it came from', (spoken, first) =>
    expect(ends('rollout', hosts, spoken)).toEqual([first, ...rest]),
  );

  test('the first release of all leaves nothing', () => {
    const { from: _from, ...first } = entry('alpha', { state: 'trial', touched: true });
    expect(ends('rollout', [first], 'abort')).toEqual(['alpha 1.4 -> -']);
  });
});

describe('a rollback from 1.4 to 1.3', () => {
  const back = { from: ref('1.4'), to: ref('1.3') };
  const hosts = [
    entry('alpha', { ...back, state: 'committed', touched: true }),
    entry('beta', { ...back, state: 'switching', touched: true }),
    entry('gamma', { ...back, state: 'staged' }),
  ];
  const told = ['alpha 1.3 stays 1.3', 'beta 1.4 -> 1.3'];

  test.each<[Spoken, string]>([
    ['abort', 'gamma 1.4 stays 1.4'],
    ['go_on', 'gamma 1.4 -> 1.3'],
    ['emergency', 'gamma 1.4 -> 1.3'],
  ])('%s: who was told goes to 1.3 in any case', (spoken, last) =>
    expect(ends('rollback', hosts, spoken)).toEqual([...told, last]),
  );
});

test('of several apps each has its own entry, by its key or by the name of the host', () => {
  const hosts = ['pc/a', 'pc'].map((host) => entry(host, { app: 'a' }));
  expect(hostEnds({ app: 'a,b', kind: 'rollout', hosts }, 'abort')).toMatchObject([
    { host: 'pc', app: 'a' },
    { host: 'pc', app: 'a' },
  ]);
});
