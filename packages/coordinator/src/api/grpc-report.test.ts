import { expect, test } from 'vitest';
import { reportOf } from './grpc-report.js';
import type { Inside } from './inside.js';

const DAY_MS = 24 * 3_600_000;
const NOW = 400 * DAY_MS;

test('what is stuck since long before the time that is asked about, and mended by nothing, is not forgotten', async () => {
  const ended = NOW - 15 * DAY_MS;
  const stuck = {
    ...{ id: 'r1', app: 'a', kind: 'rollout', result: 'stuck', endedAt: ended, startedAt: ended - 60_000 },
    failedAt: ended - 30_000,
  };
  const inside = {
    ...{ environment: 'test', clock: { now: () => NOW } },
    rollouts: { deliveries: async (from: number) => [stuck].filter(({ endedAt }) => endedAt >= from) },
  };
  const { total } = await reportOf(inside as unknown as Inside, 7 * DAY_MS);
  expect(total).toMatchObject({ unrecovered: 1, stuck: 0 });
});
