import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { beforeEach, expect, test } from 'vitest';
import type { Cause, DecisionRecord } from '../engine/ports.js';
import { GateSamples, samplesIn } from './gate-samples.js';

const decided = (second: number, events: readonly Cause[]): DecisionRecord => ({
  ...{ at: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, epoch: 1, revision: second, events },
  ...{ phase: { from: 'baking', to: 'baking' }, commands: [], told: [] },
});
const verdict = (name: string, value: number, outcome: 'pass' | 'fail' = 'pass'): Cause => ({
  ...{ kind: 'gate', reason: `${value} of 1`, gate: { name, outcome, value, limit: 1 } },
});
const at = Date.parse('2026-01-01T00:00:01.000Z');

test('by gate, oldest first, out of all that was decided; the last 60 of each', () => {
  const many = Array.from({ length: 70 }, (_, index) => decided(2, [verdict('latency', index)]));
  const found = samplesIn([
    decided(0, [{ kind: 'begin', by: 'me' }]),
    decided(1, [verdict('errors', 0), { kind: 'report', host: 'pc2' }, verdict('latency', 9, 'fail')]),
    ...many,
  ]);
  expect(found['errors']).toEqual([{ at, outcome: 'pass', value: 0, limit: 1, reason: '0 of 1' }]);
  expect(found['latency']?.map(({ value }) => value)).toEqual(Array.from({ length: 60 }, (_, index) => index + 10));
  // Those of an older version do not say what a gate said.
  expect(samplesIn([decided(1, [{ kind: 'gate' }])])).toEqual({});
});

let stored: DecisionRecord[];
let isAway: boolean;
let asked: number;
let now: number;
let changes: number;
let samples: GateSamples;
const rollout = (more: Partial<Rollout> = {}): Rollout =>
  ({ id: 'r7', phase: 'baking', paused: false, gates: [{ name: 'errors' }], ...more }) as unknown as Rollout;

beforeEach(() => {
  [stored, isAway, asked, now, changes] = [[], false, 0, 0, 0];
  const trace = async () => {
    asked += 1;
    if (isAway) throw new OutriderError('unavailable', 'Redis does not answer.');
    return { decisions: stored };
  };
  samples = new GateSamples({
    ...{ rollouts: { trace }, clock: { monotonic: () => now } },
    changed: () => (changes += 1),
    onBug: (error) => {
      throw error;
    },
  });
});

test('a coordinator that has taken over has what was said before it, and what is said now', async () => {
  stored = [decided(1, [verdict('errors', 0)])];
  expect(samples.of(rollout())).toEqual({});
  await eventually(() => changes === 1);
  expect(samples.of(rollout())['errors']).toHaveLength(1);
  stored = [...stored, decided(2, [verdict('errors', 1)])];
  now = 999;
  samples.of(rollout());
  expect(asked).toBe(1);
  now = 1_000;
  samples.of(rollout());
  await eventually(() => changes === 2);
  expect(samples.of(rollout())['errors']).toHaveLength(2);
});

test('what has ended is read once, and what has no gates never', async () => {
  samples.of(rollout({ phase: 'succeeded' }));
  await eventually(() => changes === 1);
  now = 60_000;
  samples.of(rollout({ phase: 'succeeded' }));
  expect(asked).toBe(1);
  expect(samples.of(rollout({ id: 'r8', gates: [] }))).toEqual({});
  expect(asked).toBe(1);
});

test('without Redis it shows what it had, and asks again', async () => {
  stored = [decided(1, [verdict('errors', 0)])];
  samples.of(rollout());
  await eventually(() => changes === 1);
  isAway = true;
  expect(samples.of(rollout({ paused: true }))['errors']).toHaveLength(1);
  await eventually(() => asked === 2);
  await Promise.resolve();
  isAway = false;
  await eventually(() => {
    samples.of(rollout({ paused: true }));
    return changes === 2;
  });
});
