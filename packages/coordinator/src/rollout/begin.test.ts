import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { describe, expect, it } from 'vitest';
import { begin, countAsTouched, takeBackLost } from './begin.js';

const ref = (version: string): RolloutHost['to'] => ({ version, digest: version, specDigest: version });

const host = (name: string, state: RolloutHost['state'], touched: boolean): RolloutHost => ({
  ...{ host: name, wave: 1, state, touched, from: ref('1.0.0'), to: ref('2.0.0'), step: 1, command: 'stage' },
});

const rollout = (phase: Rollout['phase'], ...hosts: readonly RolloutHost[]): Rollout => ({
  ...{
    id: 'r1',
    seq: 1,
    kind: 'rollout',
    app: 'a',
    environment: 'test',
    version: '2.0.0',
    digest: '2.0.0',
    phase,
    hosts,
  },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 5 },
  options: { bakeMs: 0, confirmWithinMs: 9_000, commit: 'together', skipDown: false },
});

it.each([
  ['rollout', {}, 'rolling'],
  ['rollout', { strategy: 'canary' }, 'canary'],
  ['rollback', {}, 'graceful'],
  ['rollback', { strategy: 'emergency' }, 'emergency'],
] as const)('a %s with %j tells that it is %s', (kind, options, strategy) => {
  const first = rollout('staging', host('pc1', 'pending', false));
  const { events } = begin({ ...first, kind, options: { ...first.options, ...options } });
  expect(events[0]).toMatchObject({ type: 'rollout.started', data: { kind, strategy } });
});

describe('hosts that a new leader does not reach', () => {
  it('count as touched, and are told nothing while the rollout goes forward', () => {
    const { rollout: after, effects } = countAsTouched(rollout('switching', host('pc2', 'staged', false)), ['pc2'], 1);
    expect([after.hosts[0]?.touched, effects]).toEqual([true, []]);
  });

  it('are taken back with the others where those are taken back already', () => {
    const lost = host('main-pc', 'unreachable', true);
    const before = rollout('rolling_back', lost, host('pc2', 'staged', false));
    const { rollout: after, effects } = countAsTouched(before, ['pc2'], 1);
    expect(effects.map(({ host: name, kind, step }) => [name, kind, step])).toEqual([['pc2', 'revert', 6]]);
    expect(after.hosts[1]?.state).toBe('reverting');
  });

  it('change nothing where they count already', () => {
    const before = rollout('rolling_back', host('pc2', 'unreachable', true));
    expect(countAsTouched(before, ['pc2'], 1).rollout).toBe(before);
  });
});

describe('a rollout that was lost', () => {
  it('is taken back on every host, also on those that were to keep the new release', () => {
    const kept = { ...host('main-pc', 'committing', true), stays: true };
    const { rollout: after, effects } = takeBackLost(rollout('rolling_back', kept), 1_005, 1);
    expect(effects.map(({ host: name, kind, step }) => [name, kind, step])).toEqual([['main-pc', 'revert', 1_006]]);
    expect(after.hosts[0]).not.toHaveProperty('stays');
  });
});
