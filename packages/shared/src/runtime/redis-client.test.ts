/** The three ways in which Redis may be there, each with real servers that fail. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { watchForLeaks } from '../testing/leaks.js';
import { startRedisCluster, type TestRedisCluster } from '../testing/redis-cluster.js';
import { startSentinels, type TestSentinels } from '../testing/redis-sentinel.js';
import { parseHostPort } from './listen.js';
import { type RedisAddress } from './redis-address.js';
import { openReader, openRedis, type RedisClient, type RedisLimits } from './redis-client.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LIMITS: RedisLimits = { commandMs: 1_000, connectMs: 1_000, silentMs: 1_500, retryMs: 300 };
const places = (list: readonly string[]) => list.map((text) => parseHostPort(text)!);
const opened: RedisClient[] = [];

function open(address: RedisAddress): RedisClient {
  const client = openRedis(address, LIMITS, () => undefined);
  opened.push(client);
  return client;
}

/** Reads a stream as the event tail does, through whatever happens. */
function follow(reader: RedisClient, key: string): string[] {
  const seen: string[] = [];
  opened.push(reader);
  reader.on('error', () => undefined);
  void (async () => {
    let from = '0-0';
    while (reader.status !== 'end') {
      const answer = await reader.xread('BLOCK', 500, 'STREAMS', key, from).catch(() => undefined);
      for (const [id, [, value = '']] of answer?.[0]?.[1] ?? []) {
        from = id;
        seen.push(value);
      }
      if (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return seen;
}

const KEY = 'outrider:{test}:events';
/** Until it is written: whoever is told "no" asks again. */
const add = (client: RedisClient, value: string) =>
  eventually(async () => (await client.xadd(KEY, '*', 'event', value)) !== null, { timeoutMs: 60_000 });

/** The same of both: what was written before is read after, by reads that block and by subscribers. */
async function survives(client: RedisClient, fail: () => Promise<void>): Promise<void> {
  await eventually(() => client.status === 'ready');
  const seen = follow(openReader(client), KEY);
  const heard: string[] = [];
  const subscriber = openReader(client);
  opened.push(subscriber);
  subscriber.on('error', () => undefined);
  subscriber.on('message', (_channel: string, text: string) => heard.push(text));
  await subscriber.subscribe(KEY);
  await add(client, 'before');
  await eventually(() => expect(seen).toEqual(['before']));
  await fail();
  await add(client, 'after');
  await eventually(() => expect(seen.at(-1)).toBe('after'), { timeoutMs: 60_000 });
  await eventually(
    async () => {
      await client.publish(KEY, 'news');
      return heard.includes('news');
    },
    { timeoutMs: 60_000 },
  );
}

describe('watched by sentinels', () => {
  let redis: TestSentinels;
  let noLeaks: () => Promise<void>;
  beforeAll(async () => {
    noLeaks = watchForLeaks();
    redis = await startSentinels({ password: 'a-password-of-a-test' });
  });
  afterAll(async () => {
    for (const client of opened.splice(0)) client.disconnect();
    await redis.stop();
    expect(existsSync(redis.dir)).toBe(false);
    await noLeaks();
  });

  const address = (): RedisAddress => ({
    ...{ kind: 'sentinel', sentinels: places(redis.sentinels), name: redis.name },
    password: 'a-password-of-a-test',
  });

  it('a master that is killed is followed to the one that was a replica', async () => {
    const client = open(address());
    const before = await redis.master();
    await survives(client, async () => {
      await eventually(async () => (await client.wait(1, 1_000)) >= 1);
      await before.kill();
    });
    expect(await redis.master()).not.toBe(before);
    await before.start();
  });

  it('a master that hangs is left, too', async () => {
    const client = open(address());
    const before = await redis.master();
    await eventually(() => client.status === 'ready');
    before.signal('SIGSTOP');
    await add(client, 'past the one that hangs');
    expect(await redis.master()).not.toBe(before);
    before.signal('SIGCONT');
  });
});

describe('a cluster', () => {
  let redis: TestRedisCluster;
  let noLeaks: () => Promise<void>;
  beforeAll(async () => {
    noLeaks = watchForLeaks();
    redis = await startRedisCluster();
  });
  afterAll(async () => {
    for (const client of opened.splice(0)) client.disconnect();
    await redis.stop();
    expect(existsSync(redis.dir)).toBe(false);
    await noLeaks();
  });

  it('goes on after the death of the node that has our slot', async () => {
    const client = open({ kind: 'cluster', nodes: places(redis.nodes.slice(0, 1)) });
    const before = await redis.ownerOf(KEY);
    await survives(client, async () => {
      await eventually(async () => (await client.wait(1, 1_000)) >= 1);
      await before.kill();
    });
    await before.start();
    await eventually(async () => expect(await redis.ownerOf(KEY)).not.toBe(before), { timeoutMs: 60_000 });
  });
});
