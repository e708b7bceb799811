import { expect, test } from 'vitest';
import { GateTally } from './gate-tally.js';

test('counts every verdict, by gate and by what it said', () => {
  const tally = new GateTally();
  for (let index = 0; index < 100; index += 1) tally.add('errors', 'pass');
  tally.add('errors', 'fail');
  tally.add('latency', 'pass');
  expect(tally.all()).toEqual([
    { gate: 'errors', result: 'pass', count: 100 },
    { gate: 'errors', result: 'fail', count: 1 },
    { gate: 'latency', result: 'pass', count: 1 },
  ]);
});
