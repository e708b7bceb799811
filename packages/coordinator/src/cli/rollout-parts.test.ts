import { expect, it } from 'vitest';
import { culpritRows, gateRows, sampleOf, stepsOf } from './rollout-parts.js';
import type { Explained } from './rollout-view.js';

it('shows how far a host is', () => {
  expect(
    ['staging', 'trial', 'committing', 'committed', 'reverting', 'failed'].map((state) => stepsOf({ state } as never)),
  ).toEqual(['#....', '####.', '####.', '#####', '<<<<<', 'xxxxx']);
});

it('shows gates with their verdicts and what they measured', () => {
  const event = { type: 'rollout.gate.failed', data: { gate: 'errors', value: 4.25, limit: 2, agent: 'vision' } };
  const [gate, numbers] = sampleOf(event as never) ?? ['', ''];
  expect([gate, numbers]).toEqual(['errors', '  value 4.250, limit 2']);
  const gates = [
    { name: 'errors', outcome: 'fail', reason: 'too many', passed: 1, count: 3, failed: 1 },
    { name: 'restarts' },
  ];
  expect(gateRows({ gates } as unknown as Explained, new Map([[gate, numbers]]))).toEqual([
    '  gate errors  fail 1/3, 1 bad  value 4.250, limit 2: too many',
    '  gate restarts  not asked yet',
  ]);
});

it('shows the culprit with its last lines, which steer no terminal', () => {
  const culprit = { host: 'pc2', agent: 'vision', instance: 0, cause: 'exit code 1', log: ['\u001b[2Jboom'] };
  expect(culpritRows({ culprit } as unknown as Explained)).toEqual([
    '  vision.0 on pc2: exit code 1',
    '    | \u241b[2Jboom',
  ]);
});
