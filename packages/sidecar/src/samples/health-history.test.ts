import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { beforeEach, expect, test } from 'vitest';
import { HealthHistory } from './health-history.js';

const PLACE = { app: 'crew', agent: 'memory', instance: 0 };
const CHECK: Healthcheck = {
  ...{ method: { kind: 'exec', command: ['true'] }, purposes: ['readiness'], level: 'deep', critical: true },
  ...{ intervalMs: 100, timeoutMs: 100, retries: 1, startPeriodMs: 1_000 },
};
let kept: HealthResult[];
let now: number;
let history: HealthHistory;

beforeEach(() => {
  [kept, now] = [[], 0];
  const clock = { now: () => now, monotonic: () => now };
  history = new HealthHistory({ host: 'pc2', clock, keep: (result) => kept.push(result) });
});

const judge = (status: 'healthy' | 'unhealthy' | 'unknown'): void =>
  history.judged(PLACE, 0, CHECK, { status, reason: '', seconds: 0.01 });

test('a thousand good answers are one entry, and one more each hour', () => {
  judge('unknown');
  for (; now < 3 * 3_600_000; now += 10_000) judge('healthy');
  expect(kept.map(({ status }) => status)).toEqual(['healthy', 'healthy', 'healthy']);
  expect(kept[0]).toMatchObject({ host: 'pc2', agent: 'memory', level: 'deep', probe: 'exec', seconds: 0.01 });
});

test('each change is kept; of one that comes and goes all the time some, and how many were not', () => {
  for (let index = 0; index < 200; index += 1) judge(index % 2 === 0 ? 'healthy' : 'unhealthy');
  expect(kept).toHaveLength(20);
  now += 60_000;
  judge('healthy');
  expect(kept.at(-1)?.reason).toBe(' (180 changes before it were not kept)');
});

test('what is kept last is how it is, also after it came and went', () => {
  for (let index = 0; index < 21; index += 1) judge(index % 2 === 0 ? 'healthy' : 'unhealthy');
  for (; now < 50_000; now += 1_000) judge('unhealthy');
  expect(kept.at(-1)?.status).toBe('unhealthy');
  judge('healthy');
  for (; now < 200_000; now += 1_000) judge('unhealthy');
  expect(kept.at(-1)).toMatchObject({ status: 'unhealthy' });
  const { length } = kept;
  for (; now < 1_000_000; now += 1_000) judge('unhealthy');
  expect(kept).toHaveLength(length);
});

test('an end is kept, also of one that was started again before anybody looked', () => {
  const status = (restarts: number, pid: number, state: InstanceStatus['state']): InstanceStatus => ({
    ...{ ...PLACE, host: 'pc2', incarnation: `i${restarts}`, version: '1', fingerprint: 'f', state, ready: true, pid },
    ...{ restarts, since: '', reason: 'exit 1', critical: true, overdue: false, healthScore: 1 },
  });
  history.changed([status(0, 7, 'ready')]);
  history.changed([status(1, 8, 'ready')]);
  history.changed([status(1, 0, 'failed')]);
  history.changed([]);
  expect(kept.map(({ probe, status: how }) => `${probe} ${how}`)).toEqual([
    'process healthy',
    'process unhealthy',
    'process healthy',
    'process unhealthy',
  ]);
});
