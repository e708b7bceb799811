import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from './connection.js';
import { Inbox } from './event-tail.js';
import { RedisEventLog } from './redis-events.js';

let server: TestRedis;
let redis: RedisClient;
let log: RedisEventLog;
beforeAll(async () => {
  server = await startRedis();
  redis = openStore({ kind: 'single', url: server.url }, () => undefined);
  await eventually(() => redis.status === 'ready');
  log = new RedisEventLog(redis, fleetKeys('test'));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const event = (id: string): OutriderEvent => ({
  ...{ id, at: '2026-01-01T00:00:00.000Z', type: 'host.up', environment: 'test' },
});
const connections = async (): Promise<number> =>
  String(await redis.client('LIST'))
    .trim()
    .split('\n').length;

test('many followers cost one connection, and the last that leaves takes it along', async () => {
  const before = await connections();
  await log.append([event('before')]);
  const followers = Array.from({ length: 50 }, () => ({ ending: new AbortController(), seen: [] as string[] }));
  const following = followers.map(async ({ ending, seen }) => {
    for await (const { id } of log.follow(1, undefined, ending.signal)) seen.push(id);
  });
  const allHave = (id: string) => eventually(() => followers.every(({ seen }) => seen.includes(id)));
  await allHave('before');
  await log.append([event('one')]);
  await allHave('one');
  expect(await connections()).toBe(before + 1);

  await server.kill();
  await server.restart();
  await eventually(() => redis.status === 'ready');
  await log.append([event('two')]);
  await allHave('two');
  for (const { seen } of followers) expect(seen).toEqual(['before', 'one', 'two']);
  for (const { ending } of followers) ending.abort();
  await Promise.all(following);
  await eventually(async () => (await connections()) === before);
});

test('a follower that does not keep up is let go', async () => {
  const inbox = new Inbox(() => undefined);
  for (let page = 0; page < 60; page += 1)
    inbox.put(Array.from({ length: 200 }, (_, index) => [`${page}-${index}`, []]));
  await expect(inbox.take()).rejects.toMatchObject({ code: 'unavailable' });
});
