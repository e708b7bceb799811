import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Inside } from './inside.js';
import { rolloutMetrics } from './rollout-metrics.js';

const rollout = (id: string, app: string, more: Partial<Rollout>): Rollout =>
  ({ id, app, hosts: [], phase: 'baking', paused: false, ...more }) as unknown as Rollout;

async function seriesOf(list: () => Promise<readonly Rollout[]>): Promise<readonly string[]> {
  const registry = new Registry();
  rolloutMetrics(registry, { rollouts: { list } } as unknown as Pick<Inside, 'rollouts'>);
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
const waiting = (app: string, what: string, value: number): string =>
  `outrider_rollout_waiting{app="${app}",waits_for="${what}"} ${value}`;

test('a rollout that waits says for what, one that goes on or has ended for nothing', async () => {
  let looks = 0;
  const series = await seriesOf(async () => {
    looks += 1;
    return [
      rollout('r9', 'held', { paused: true, holding: 'vision has failed' }),
      rollout('r8', 'canary', { paused: true, awaiting: 'promotion' }),
      rollout('r7', 'paused', { paused: true }),
      rollout('r6', 'busy', {}),
      rollout('r5', 'over', { paused: true, phase: 'aborted' }),
      // Not the latest.
      rollout('r4', 'busy', { paused: true, phase: 'stuck' }),
    ];
  });
  expect(looks).toBe(1);
  expect(series.filter((line) => line.includes('waits_for') && line.endsWith(' 1'))).toEqual([
    waiting('held', 'hold', 1),
    waiting('canary', 'promotion', 1),
    waiting('paused', 'resume', 1),
  ]);
  for (const app of ['busy', 'over']) expect(series).toContain(waiting(app, 'resume', 0));
  expect(series).toContain('outrider_rollout_phase{app="over",phase="aborted"} 1');
  expect(series).toContain('outrider_rollout_phase{app="busy",phase="stuck"} 0');
});

test('with Redis away there is nothing, and no error', async () => {
  expect(await seriesOf(() => Promise.reject(new Error('away')))).toEqual([]);
});
