import { ANY_ERROR } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import { EVENT_FIELD, fleetKeys, HEALTH_KEPT_MS } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChoosePast } from '../api/ports.js';
import { RedisErrors } from './redis-errors.js';
import { RedisHealth } from './redis-health.js';

const KEYS = fleetKeys('local');
let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
beforeEach(async () => {
  await redis.flushall();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const error = (id: string): OutriderEvent => ({ id, at: '', type: 'error.reported', environment: 'local' });
const add = (event: OutriderEvent, at: string = '*'): Promise<unknown> =>
  redis.xadd(KEYS.errors, at, EVENT_FIELD, JSON.stringify(event));

test('errors since a moment are all there, over many pages, and what is none of ours is passed over', async () => {
  for (let index = 1; index <= 1_200; index += 1) {
    void add({ ...error(`e${index}`), agent: 'web', data: { error_type: 'timeout' } }, `${index + 2_800}-0`);
  }
  await redis.xadd(KEYS.errors, '5000-0', EVENT_FIELD, '{no json');
  const errors = new RedisErrors(redis as never, KEYS);
  expect(await errors.grouped(ANY_ERROR, 3_000)).toMatchObject({ groups: [{ agent: 'web', count: 1_001 }] });
  expect(await errors.grouped({ ...ANY_ERROR, agent: 'other' }, 0)).toMatchObject({ groups: [] });
});

test('a follower gets what is chosen of the past, then each once, none lost in between', async () => {
  const errors = new RedisErrors(redis as never, KEYS);
  for (let index = 0; index < 50; index += 1) await add(error(`old${index}`));
  const ending = new AbortController();
  const got: string[] = [];
  const choose: ChoosePast = (kept, page) => {
    // Between the look at the past and the first wait for news.
    void add(error('between'));
    return [...kept, ...page].slice(-2);
  };
  const following = (async () => {
    for await (const { id } of errors.follow(0, choose, ending.signal)) got.push(id);
  })();
  await eventually(() => got.includes('between'));
  await add(error('new'));
  await eventually(() => expect(got).toEqual(['old48', 'old49', 'between', 'new']));
  ending.abort();
  await following;
});

test('the health of an agent is told newest first, of one host where that is asked, and never what is too old', async () => {
  const health = new RedisHealth(redis as never, KEYS);
  const result = (host: string, reason: string): string =>
    JSON.stringify({ ...{ at: '', host, app: 'crew', agent: 'memory', instance: 0, level: 'deep' }, reason });
  const now = Date.now();
  const key = KEYS.health('crew', 'memory');
  await redis.xadd(key, `${now - HEALTH_KEPT_MS - 60_000}-0`, EVENT_FIELD, result('pc2', 'too old'));
  for (let index = 0; index < 500; index += 1) {
    await redis.xadd(
      key,
      `${now - 1_000 + index}-0`,
      EVENT_FIELD,
      result(index % 2 === 0 ? 'pc2' : 'main-pc', `${index}`),
    );
  }
  const reasons = (list: readonly HealthResult[]): string[] => list.map(({ reason }) => reason);
  expect(reasons(await health.last('crew', 'memory', 3, ''))).toEqual(['499', '498', '497']);
  expect(reasons(await health.last('crew', 'memory', 2, 'pc2'))).toEqual(['498', '496']);
  expect(await health.last('crew', 'memory', 2_000, '')).toHaveLength(500);
  expect(await health.last('crew', 'vision', 5, '')).toEqual([]);
  await redis.sadd(KEYS.apps, 'crew', 'team', 'none');
  await redis.xadd(KEYS.health('team', 'memory'), '*', EVENT_FIELD, result('pc2', 'of another app'));
  expect(await health.appsWith('memory')).toEqual(['crew', 'team']);
  expect(await health.appsWith('vision')).toEqual([]);
});
