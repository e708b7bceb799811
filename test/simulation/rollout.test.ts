import { exitCodeOf } from '@outrider/shared/domain/rollout.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { describe, expect, it } from 'vitest';
import { brokenByEnding } from './invariants.js';
import { World, type WorldOptions } from './rollout-world.js';

const CALM = {
  seed: 1,
  first: false,
  bakeMs: 3_000,
  hosts: 3,
  fates: [],
  oldFates: [],
  chaos: 0,
  story: true,
} as const;

function check(options: WorldOptions): World {
  const simulated = new World(options);
  expect(simulated.run(), simulated.log.join('\n')).toBe(true);
  const { rollout, hosts, mostSwitching, allowed, faults, lastLine } = simulated;
  const ending = { rollout, hosts, lastEvent: lastLine?.type, mostSwitching, allowed };
  expect([...faults, ...brokenByEnding(ending)], simulated.log.join('\n')).toEqual([]);
  return simulated;
}

describe('a rollout against simulated hosts', () => {
  it('ends no bake before every gate has passed as often as it counts, and ends as before otherwise', () => {
    const gate = (name: string, more: Partial<GateSpec> = {}): GateSpec => ({
      ...{ name, ask: { kind: 'exec', command: ['x'] }, minSamples: 1, intervalMs: 1_000, timeoutMs: 1_000 },
      ...{ count: 1, failureLimit: 1, errorLimit: 2, noData: 'fail' },
      ...more,
    });
    const gates = [gate('once'), gate('thrice', { count: 3 })];
    for (let seed = 1; seed <= 1_000; seed++)
      check({ ...CALM, commit: 'together', seed, gates, chaos: 150, kind: 'rollout' });
  });

  it.each(['together', 'each'] as const)('succeeds where nothing goes wrong, committed %s', (commit) => {
    expect(check({ ...CALM, commit, kind: 'rollout' }).rollout.phase).toBe('succeeded');
    expect(check({ ...CALM, commit, kind: 'rollback' }).rollout.phase).toBe('succeeded');
    expect(check({ ...CALM, commit, kind: 'rollout', first: true }).rollout.phase).toBe('succeeded');
  });

  it.each(['fails', 'fails_on_trial', 'unfetchable', 'never_well'] as const)(
    'takes everything back where a release %s',
    (bad) => {
      const simulated = check({ ...CALM, commit: 'together', kind: 'rollout', fates: ['good', bad] });
      expect(exitCodeOf(simulated.rollout)).toBe(20);
      const reverts = simulated.log.filter((line) => line.includes(': revert ')).map((line) => line.slice(-2));
      expect(reverts).toEqual(bad === 'unfetchable' ? [] : ['h1', 'h0']);
      if (bad.startsWith('fails')) expect(simulated.rollout.culprit).toMatchObject({ host: 'h1', agent: 'vision' });
    },
  );

  it('ends stuck, and says where, when the old release fails as well', () => {
    const fates = ['good', 'fails_on_trial'] as const;
    const simulated = check({ ...CALM, commit: 'together', kind: 'rollout', fates, oldFates: ['never_well'] });
    expect([exitCodeOf(simulated.rollout), simulated.rollout.reason]).toEqual([22, expect.stringContaining('h0')]);
  });
});
