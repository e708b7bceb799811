import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { expect, test } from 'vitest';
import { shownRollout } from './fleet-shapes.js';
import type { Inside } from './inside.js';

test('of gates and hooks, a rollout that anybody may read says nothing that leads to others', () => {
  const gate = {
    ...{ name: 'latency', passed: 1, failed: 0, errors: 0 },
    spec: { kind: 'webhook', url: 'http://10.0.0.1/?key=hidden', count: 4, failureLimit: 1 },
  };
  const rollout = {
    id: 'r1',
    hosts: [],
    gates: [gate],
    hooks: [{ command: ['notify', 'hidden'] }],
    hookRuns: [{ id: 'r1/a', log: ['hidden'] }],
  };
  const rollouts = { explain: () => 'It runs.' } as unknown as Inside['rollouts'];
  const shown = shownRollout(rollouts, rollout as unknown as Rollout);
  expect(shown).toEqual({
    ...{ id: 'r1', hosts: [], explained: 'It runs.', hookRuns: [{ id: 'r1/a' }] },
    gates: [{ ...{ name: 'latency', passed: 1, failed: 0, errors: 0 }, spec: { count: 4, failureLimit: 1 } }],
  });
  expect(JSON.stringify(shown)).not.toContain('hidden');
});
