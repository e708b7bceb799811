import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetHealth } from './health-score.js';
import type { InstanceStatus } from './host.js';

const one = (agent: string, more: Partial<InstanceStatus> = {}): InstanceStatus => ({
  ...{ host: 'pc2', app: 'crew', agent, instance: 0, incarnation: 'i', version: '1', fingerprint: 'f', state: 'ready' },
  ...{ ready: true, pid: 7, restarts: 0, since: '', reason: '', critical: true, overdue: false, healthScore: 1 },
  ...more,
});

test.each([
  ['all is well', [one('a'), one('b')], 'healthy', 1],
  ['a check that is not critical fails', [one('a', { healthScore: 0.5 })], 'degraded', 0.5],
  ['it is being started', [one('a', { ready: false, state: 'starting' })], 'degraded', 0],
  ['it takes too long', [one('a', { ready: false, state: 'starting', overdue: true })], 'unhealthy', 0],
  [
    'one of two replicas is gone',
    [one('a'), one('a', { instance: 1, ready: false, state: 'failed' })],
    'degraded',
    0.5,
  ],
  ['nobody waits for it', [one('a', { ready: false, state: 'failed', critical: false })], 'degraded', 0],
  ['a person has stopped it', [one('a'), one('b', { ready: false, state: 'exited' })], 'healthy', 1],
  ['what is kept is out of use', [one('a'), one('b', { ready: false, kept: true })], 'healthy', 1],
  ['its host is down', [one('a', { ready: false, reason: 'pc2 is down; last known: ready' })], 'unhealthy', 0],
])('%s', (_what, instances, state, score) => expect(fleetHealth(instances)).toMatchObject({ state, score }));

test('129 of 131 agents are as many as they are', () => {
  const agents = Array.from({ length: 131 }, (_, index) =>
    one(`a${index}`, index < 2 ? { ready: false, overdue: true } : {}),
  );
  expect(fleetHealth(agents)).toMatchObject({
    total: 131,
    healthy: 129,
    degraded: 0,
    unhealthy: 2,
    state: 'unhealthy',
  });
});

test('scores are shares, and every agent is in one state', () => {
  const some = fc.record({
    agent: fc.constantFrom('a', 'b', 'c'),
    more: fc.record({
      ready: fc.boolean(),
      overdue: fc.boolean(),
      critical: fc.boolean(),
      healthScore: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  });
  fc.assert(
    fc.property(fc.array(some), (list) => {
      const fleet = fleetHealth(list.map(({ agent, more }) => one(agent, more)));
      expect(fleet.healthy + fleet.degraded + fleet.unhealthy).toBe(fleet.total);
      for (const { score } of [fleet, ...fleet.agents]) expect(score >= 0 && score <= 1).toBe(true);
      expect(fleet.state === 'healthy').toBe(fleet.degraded + fleet.unhealthy === 0);
    }),
  );
});
