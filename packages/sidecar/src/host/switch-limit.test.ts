import { describe, expect, it } from 'vitest';
import { switchLimitMs } from './switch-limit.js';

type Timed = Parameters<typeof switchLimitMs>[1][number];

const agent = (
  name: string,
  patch: { start?: number; grace?: number; needs?: string[]; replicas?: number } = {},
): Timed => ({
  name,
  dependsOn: (patch.needs ?? []).map((other) => ({ agent: other, condition: 'service_healthy' })),
  replicas: patch.replicas ?? 1,
  parallelism: 1,
  stopGraceMs: patch.grace ?? 0,
  healthchecks: [
    {
      method: { kind: 'tcp', address: '' },
      purposes: ['startup'],
      level: 'basic',
      critical: true,
      intervalMs: 1,
      timeoutMs: 1,
      retries: 1,
      startPeriodMs: patch.start ?? 1_000,
    },
  ],
});

const least = switchLimitMs([], []);
const beyond = (before: Timed[], after: Timed[]): number => switchLimitMs(before, after) - least;

describe('the time a switch may take', () => {
  it('is that of the slowest agent of each level, level after level', () => {
    const alone = beyond([], [agent('a', { start: 60_000 })]);
    expect(alone).toBeGreaterThan(60_000);
    expect(beyond([], [agent('a', { start: 60_000 }), agent('b', { start: 50_000 })])).toBe(alone);
    expect(beyond([], [agent('a', { start: 60_000 }), agent('b', { start: 60_000, needs: ['a'] })])).toBe(2 * alone);
  });

  it('counts replicas in groups, and the stops of what goes', () => {
    const alone = beyond([], [agent('a', { start: 60_000 })]);
    expect(beyond([], [agent('a', { start: 60_000, replicas: 3 })])).toBe(3 * alone);
    expect(beyond([agent('old', { grace: 30_000 })], [])).toBeGreaterThanOrEqual(30_000);
    const fewer = beyond([agent('a', { grace: 30_000, replicas: 4 })], [agent('a')]) - beyond([], [agent('a')]);
    expect(fewer).toBeGreaterThanOrEqual(3 * 30_000);
  });

  it('has a margin even where there is nothing to do', () => expect(least).toBeGreaterThan(0));
});
