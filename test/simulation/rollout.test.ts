import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ROLLBACK_TABLE, ROLLOUT_TABLE, stay } from '@outrider/coordinator/rollout/decide.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import { type RolloutPhase, exitCodeOf, ROLLBACK_STRATEGIES } from '@outrider/shared/domain/rollout.js';
import type { Fate } from '@outrider/shared/testing/simulated-host.js';
import { World, type WorldOptions } from './rollout-world.js';

const visited = new Map<string, number>();
const endings = new Map<string, number>();

const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>('good') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('fails', 'fails_on_trial', 'unfetchable', 'never_well') },
);
const oldFate = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fate>('good') },
  { weight: 1, arbitrary: fc.constant<Fate>('never_well') },
);
const world = fc.record({
  seed: fc.integer(),
  hosts: fc.integer({ min: 1, max: 4 }),
  first: fc.boolean(),
  bakeMs: fc.constantFrom(0, 3_000, 20_000),
  commit: fc.constantFrom<WorldOptions['commit']>('together', 'together', 'each'),
  onFailure: fc.constantFrom<NonNullable<WorldOptions['onFailure']>>('rollback', 'rollback', 'rollback-host', 'hold'),
  parallel: fc.constantFrom(1, 1, 2, 0),
  promotedAfter: fc.constantFrom(0, 0, 1, 2),
  fates: fc.array(fate, { minLength: 4, maxLength: 4 }),
  oldFates: fc.array(oldFate, { minLength: 4, maxLength: 4 }),
  chaos: fc.constantFrom(0, 40, 150, 400),
});

function check(options: WorldOptions): World {
  const simulated = new World({ ...options, visited });
  const ended = simulated.run();
  const story = (): string => JSON.stringify([simulated.rollout, simulated.log], null, 1);
  expect(ended, story()).toBe(true);
  endings.set(simulated.rollout.phase, (endings.get(simulated.rollout.phase) ?? 0) + 1);
  const { parallel = 1 } = options;
  expect(simulated.mostSwitching, story()).toBeLessThanOrEqual(parallel === 0 ? options.hosts : parallel);
  expect(simulated.faults, story()).toEqual([]);
  const { phase, hosts, reason } = simulated.rollout;
  hosts.forEach((host, index) => {
    const real = simulated.hosts[index]!;
    const where = `${host.host}: ${story()}`;
    expect(real.candidate, where).toBeUndefined();
    if (phase === 'succeeded') expect(real.active, where).toEqual(host.to);
    if (phase === 'rolled_back' || phase === 'aborted') {
      if (host.stays === true && host.state === 'committed') expect(real.active, where).toEqual(host.to);
      else expect([host.from?.version, 'none'], where).toContain(real.active?.version ?? host.from?.version);
      if (host.stays === true) expect([phase, options.onFailure], where).toEqual(['rolled_back', 'rollback-host']);
    }
    if (phase === 'stuck' && host.touched && host.state !== 'failed' && host.state !== 'unreachable') {
      expect(['reverted', 'committed'], where).toContain(host.state);
    }
  });
  if (phase === 'stuck') expect(reason, story()).toMatch(/h\d/);
  return simulated;
}

describe('a rollout against simulated hosts', () => {
  it('ends all new or all as before, or says who is stuck, whatever the network and the leader do', () => {
    fc.assert(
      fc.property(world, (options) => {
        check({ ...options, kind: 'rollout' });
      }),
      { numRuns: 2_000 },
    );
  });

  it('succeeds with a good release, however late, often or seldom answers come and however many leaders die', () => {
    fc.assert(
      fc.property(world, (options) => {
        const good = { ...options, fates: [], oldFates: [], harmless: true };
        expect(check({ ...good, kind: 'rollout' }).rollout.phase).toBe('succeeded');
      }),
      { numRuns: 500 },
    );
  });

  it('ends no bake before every gate has passed as often as it counts, and ends as before otherwise', () => {
    const gate = (name: string, more: Partial<GateSpec> = {}): GateSpec => ({
      ...{ name, ask: { kind: 'exec', command: ['x'] }, minSamples: 1, intervalMs: 1_000, timeoutMs: 1_000 },
      ...{ count: 1, failureLimit: 1, errorLimit: 2, noData: 'fail' },
      ...more,
    });
    const gates = [gate('once'), gate('thrice', { count: 3 })];
    fc.assert(
      fc.property(world, (options) => {
        check({ ...options, kind: 'rollout', gates });
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes every host back where hosts can be reached and their old release is good', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (options, aborts) => {
        const reachable = { ...options, oldFates: [], harmless: true, aborts };
        expect(check({ ...reachable, kind: 'rollout' }).rollout.phase).not.toBe('stuck');
      }),
      { numRuns: 500 },
    );
  });

  it('succeeds where nothing goes wrong', () => {
    for (const commit of ['together', 'each'] as const) {
      const calm = { seed: 1, first: false, bakeMs: 3_000, commit, fates: [], oldFates: [], chaos: 0 };
      expect(check({ ...calm, kind: 'rollout', hosts: 3 }).rollout.phase).toBe('succeeded');
      expect(check({ ...calm, kind: 'rollback', hosts: 3 }).rollout.phase).toBe('succeeded');
      expect(check({ ...calm, kind: 'rollout', hosts: 3, first: true }).rollout.phase).toBe('succeeded');
    }
  });

  it.each(['fails', 'fails_on_trial', 'unfetchable', 'never_well'] as const)(
    'takes everything back where a release %s',
    (bad) => {
      const simulated = check({
        ...{ seed: 1, first: false, bakeMs: 3_000, commit: 'together', oldFates: [], chaos: 0, kind: 'rollout' },
        hosts: 3,
        fates: ['good', bad],
      });
      expect(exitCodeOf(simulated.rollout)).toBe(20);
      const reverts = simulated.log.filter((line) => line.includes('revert')).map((line) => line.slice(-2));
      expect(reverts).toEqual(bad === 'unfetchable' ? [] : ['h1', 'h0']);
      if (bad.startsWith('fails')) expect(simulated.rollout.culprit).toMatchObject({ host: 'h1', agent: 'vision' });
    },
  );

  it('goes on with the other hosts of a rollback whatever happens to one', () => {
    fc.assert(
      fc.property(world, fc.constantFrom(...ROLLBACK_STRATEGIES), (options, strategy) => {
        const simulated = new World({ ...options, strategy, first: false, kind: 'rollback', visited });
        expect(simulated.run(), JSON.stringify([simulated.rollout, simulated.log])).toBe(true);
        expect(simulated.faults).toEqual([]);
        const { phase, hosts } = simulated.rollout;
        expect(['succeeded', 'stuck', 'aborted']).toContain(phase);
        if (simulated.rollout.abortedBy !== undefined) return;
        if (phase === 'succeeded') simulated.hosts.forEach((host, i) => expect(host.active).toEqual(hosts[i]!.to));
        else expect(hosts.some(({ state }) => state === 'failed' || state === 'unreachable')).toBe(true);
        expect(hosts.every(({ state }) => state !== 'pending' && state !== 'staging' && state !== 'staged')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

afterAll(() => {
  const tables = { rollout: ROLLOUT_TABLE, rollback: ROLLBACK_TABLE };
  const missed: string[] = [];
  let cells = 0;
  for (const [kind, table] of Object.entries(tables)) {
    for (const [phase, row] of Object.entries(table) as [RolloutPhase, Record<string, unknown>][]) {
      for (const [event, cell] of Object.entries(row)) {
        if (cell === stay) continue;
        cells += 1;
        if (!visited.has(`${kind}/${phase}/${event}`)) missed.push(`${kind}/${phase}/${event}`);
      }
    }
  }
  console.log(`endings: ${JSON.stringify(Object.fromEntries(endings))}`);
  console.log(`cells that decide: ${cells}, not visited: ${missed.length === 0 ? 'none' : missed.join(', ')}`);
  expect(missed).toEqual([]);
});
