import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { expect, test } from 'vitest';
import { eventForAnybody, forAnybody } from './for-anybody.js';

const hook = { host: 'pc1', agent: 'hook before_rollout', cause: 'alembic ended with 1', log: ['what it said'] };
const agent = { host: 'pc1', agent: 'web', cause: 'exited with code 1', log: ['ready in 3 s'] };
const silent = { ...hook, log: [] };

test('of a rollout anybody reads the last lines of its agents, and nothing that its hooks have said', () => {
  const run = { id: 'r1/before_rollout', hook: 'before_rollout', state: 'failed' };
  const rollout = {
    ...{ id: 'r1', culprit: hook, hookRuns: [{ ...run, log: ['what it said'] }] },
    hosts: [{ host: 'pc1', culprit: agent }, { host: 'pc2', culprit: hook }, { host: 'pc3' }],
  };
  expect(forAnybody(rollout as unknown as Rollout)).toEqual({
    ...{ id: 'r1', culprit: silent, hookRuns: [run] },
    hosts: [{ host: 'pc1', culprit: agent }, { host: 'pc2', culprit: silent }, { host: 'pc3' }],
  });
});

test.each([
  ['rollout.hook.failed', { hook: 'a', log: ['what it said'] }, { hook: 'a' }],
  ['rollout.stuck', { culprit: hook, seconds: 3 }, { culprit: silent, seconds: 3 }],
  ['rollout.rolled_back', { culprit: agent }, { culprit: agent }],
  ['agent.failed', { log: ['of the sidecar'] }, { log: ['of the sidecar'] }],
])('so of an event %s', (type, data, shown) => {
  const event = { id: '1', at: '', type, environment: 'test', data } as unknown as OutriderEvent;
  expect(eventForAnybody(event)).toEqual({ ...event, data: shown });
});
