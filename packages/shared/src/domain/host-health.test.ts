import { describe, expect, test } from 'vitest';
import type { InstanceStatus } from './host.js';
import { hostHealth } from './host-health.js';

const instance = (agent: string, members: Partial<InstanceStatus> = {}): InstanceStatus => ({
  host: 'pc2',
  app: 'assistants',
  agent,
  instance: 0,
  incarnation: `i-${agent}`,
  version: '1.0.0',
  fingerprint: 'f',
  state: 'ready',
  ready: true,
  pid: 1,
  restarts: 0,
  since: '',
  reason: '',
  critical: true,
  overdue: false,
  healthScore: 1,
  ...members,
});

const late: Partial<InstanceStatus> = { state: 'unhealthy', ready: false, overdue: true, reason: 'says no' };
const judge = (...instances: InstanceStatus[]) => hostHealth({ instances });

describe('a host', () => {
  test('without agents is healthy', () => {
    expect(judge()).toMatchObject({ healthy: true, total: 0, well: 0, sentence: 'healthy' });
  });

  test('with an overdue critical agent is not, and names it', () => {
    const health = judge(instance('vision', late), instance('memory'), instance('tts', late));
    expect(health).toMatchObject({
      healthy: false,
      total: 3,
      well: 1,
      sentence: 'unhealthy: 2 of 3 agents: vision, tts',
    });
    expect(health.bad[0]).toEqual({ agent: 'vision', instance: 0, state: 'unhealthy', reason: 'says no' });
  });

  test.each<[string, Partial<InstanceStatus>]>([
    ['starting within its start_period', { state: 'starting', ready: false }],
    ['not critical', { ...late, critical: false }],
    ['degraded', { healthScore: 0.5 }],
    ['being drained by a switch', { state: 'draining', ready: false }],
  ])('is healthy with an agent that is %s, and notes it', (_, members) => {
    const health = judge(instance('vision', members), instance('memory'));
    expect(health).toMatchObject({ healthy: true, well: 2, bad: [] });
    expect(health.noted.map((one) => one.agent)).toEqual(['vision']);
  });

  test('says nothing of an agent that was stopped on purpose', () => {
    expect(judge(instance('vision', { state: 'exited', ready: false, pid: 0 })).noted).toEqual([]);
  });

  test('counts agents, not instances', () => {
    const health = judge(instance('worker', late), instance('worker', { ...late, instance: 1 }), instance('memory'));
    expect(health).toMatchObject({ total: 2, sentence: 'unhealthy: 1 of 2 agents: worker' });
    expect(health.bad).toHaveLength(2);
  });

  test('tells agents of one name in two apps apart', () => {
    const health = judge(instance('web', late), instance('web', { app: 'other' }));
    expect(health.sentence).toBe('unhealthy: 1 of 2 agents: assistants/web');
  });
});
