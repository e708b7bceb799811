import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { expect, test } from 'vitest';
import type { Inside } from './inside.js';
import { CoordinatorMetrics } from './metrics.js';

const event = (seconds: number, type: string, more: Partial<OutriderEvent> = {}): OutriderEvent =>
  ({
    ...{ id: `${seconds}`, at: new Date(seconds * 1000).toISOString(), type, environment: 'test' },
    ...{ app: 'a', rollout: 'r1' },
    ...more,
  }) as OutriderEvent;

/** The samples of one metric once all of this has happened; without buckets. */
async function samplesAfter(metric: string, events: readonly OutriderEvent[]): Promise<string[]> {
  let allCounted = (): void => undefined;
  const counted = new Promise<void>((resolve) => (allCounted = resolve));
  async function* follow(_: number, __: undefined, signal: AbortSignal): AsyncGenerator<OutriderEvent> {
    yield* events;
    allCounted();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  const inside = {
    ...{ environment: 'test', clock: { now: () => 0 }, contents: { sentBytes: () => 0 }, gateCounts: () => [] },
    fleet: { hosts: () => [] },
    rollouts: {
      leadership: () => ({ leader: '', isLeader: false, redis: 'up' }),
      list: async () => [],
      deliveries: async () => [],
    },
    events: { follow },
  };
  const metrics = new CoordinatorMetrics(inside as unknown as Inside);
  await counted;
  const text = await metrics.text();
  metrics.close();
  return text.split('\n').filter((line) => line.startsWith(metric) && !line.includes('_bucket'));
}

test('ways back are counted by their strategy', async () => {
  const samples = await samplesAfter('outrider_rollbacks_total', [
    event(1, 'rollout.started', { data: { kind: 'rollout', strategy: 'canary' } }),
    event(2, 'rollout.rolling_back', { data: { strategy: 'immediate' } }),
    event(3, 'rollout.rolling_back', { by: 'ann', data: { strategy: 'emergency' } }),
    event(4, 'rollout.rolling_back', { by: 'ann', data: { hastened: true } }),
    event(5, 'rollout.started', { data: { kind: 'rollback', strategy: 'graceful' } }),
    event(6, 'rollout.started', { data: { kind: 'rollback' } }),
  ]);
  expect(samples).toEqual([
    'outrider_rollbacks_total{app="a",strategy="immediate",cause="failed"} 1',
    'outrider_rollbacks_total{app="a",strategy="emergency",cause="aborted"} 1',
    'outrider_rollbacks_total{app="a",strategy="graceful",cause="asked"} 1',
    'outrider_rollbacks_total{app="a",strategy="immediate",cause="asked"} 1',
  ]);
});

const pause = event(10, 'rollout.paused', { by: 'ann' });

test.each([
  ['resumed', [event(40, 'rollout.resumed', { by: 'ann' })]],
  ['aborted', [event(40, 'rollout.rolling_back', { by: 'bob' }), event(90, 'rollout.aborted')]],
  ['ended, as a rollback that nobody resumed,', [event(40, 'rollout.aborted')]],
])('a pause by hand is timed until the rollout is %s', async (_, after) => {
  const samples = await samplesAfter('outrider_rollout_paused_seconds', [pause, ...after]);
  expect(samples).toEqual([
    'outrider_rollout_paused_seconds_sum{app="a"} 30',
    'outrider_rollout_paused_seconds_count{app="a"} 1',
  ]);
});

test('what stands still by itself is no pause by hand, whoever lets it go on', async () => {
  const held = event(10, 'rollout.paused', { reason: 'web failed on pc1', data: { on_hold: true } });
  const gate = event(50, 'rollout.paused', { by: 'gate latency', reason: 'the gate latency is inconclusive' });
  const resumed = (at: number): OutriderEvent => event(at, 'rollout.resumed', { by: 'ann' });
  const samples = await samplesAfter('outrider_rollout_paused_seconds', [held, resumed(40), gate, resumed(70)]);
  expect(samples).toEqual([]);
});
