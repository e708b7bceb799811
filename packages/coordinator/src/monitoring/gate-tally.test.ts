import type { GateVerdict } from '@outrider/shared/domain/gate.js';
import { expect, test } from 'vitest';
import { GateTally } from './gate-tally.js';

const verdict = (value: number, outcome: GateVerdict['outcome'] = 'pass'): GateVerdict => ({
  ...{ outcome, value, limit: 1, reason: `${value} of 1` },
});

test('counts every verdict, and keeps the last ones of the last rollouts', () => {
  const tally = new GateTally();
  for (let index = 0; index < 100; index += 1) tally.add('errors', verdict(index), 'r1', index);
  tally.add('errors', verdict(7, 'fail'), 'r2', 100);
  expect(tally.all()).toEqual([
    { gate: 'errors', result: 'pass', count: 100 },
    { gate: 'errors', result: 'fail', count: 1 },
  ]);
  const kept = tally.samplesOf('r1')['errors'] ?? [];
  expect([kept.length, kept[0]?.value, kept.at(-1)]).toEqual([
    60,
    40,
    { at: 99, outcome: 'pass', value: 99, limit: 1, reason: '99 of 1' },
  ]);
  for (let index = 3; index < 8; index += 1) tally.add('errors', verdict(0), `r${index}`, 0);
  expect(tally.samplesOf('r1')).toEqual({});
  expect(tally.samplesOf('r7')['errors']).toHaveLength(1);
});
