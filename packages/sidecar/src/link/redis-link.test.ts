import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { EVENT_FIELD, fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import { command, startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { startRedisCluster } from '@outrider/shared/testing/redis-cluster.js';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventSpool } from './event-spool.js';
import { type RedisLink, startRedisLink } from './redis-link.js';

const KEYS = fleetKeys('local');
const RECORD = { name: 'pc2', address: '127.0.0.12', endpoint: '127.0.0.12:7070', labels: { gpu: 'true' } };

let server: TestRedis;
let reader: Redis;
let link: RedisLink;
let complaints: string[];

function startLink(): RedisLink {
  return startRedisLink({
    address: { kind: 'single', url: server.url },
    keys: KEYS,
    record: RECORD,
    version: '0.1.0',
    onError: (sentence) => complaints.push(sentence),
    presence: { expiresMs: 600, refreshMs: 150 },
  });
}

const event = (id: number): OutriderEvent => ({
  id: `e${id}`,
  at: '2026-01-01T00:00:00.000Z',
  type: 'agent.ready',
  environment: 'local',
  host: 'pc2',
});

async function streamed(): Promise<string[]> {
  const entries = await reader.xrange(KEYS.events, '-', '+');
  return entries.map(([, fields]) => (JSON.parse(fields[1] ?? '{}') as OutriderEvent).id);
}

beforeEach(async () => {
  server = await startRedis();
  reader = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  reader.on('error', () => undefined);
  complaints = [];
  link = startLink();
});

afterEach(async () => {
  await link.close();
  reader.disconnect();
  await server.stop();
});

describe('Redis', () => {
  test('knows the host for good, and that it is there for as long as it is', async () => {
    await eventually(async () => expect(await reader.exists(KEYS.presence('pc2'))).toBe(1));
    expect(JSON.parse((await reader.hget(KEYS.hosts, 'pc2')) ?? '')).toEqual(RECORD);
    const here = JSON.parse((await reader.get(KEYS.presence('pc2'))) ?? '') as object;
    expect(here).toMatchObject({ pid: process.pid, version: '0.1.0', endpoint: RECORD.endpoint });
    await link.close();
    await eventually(async () => expect(await reader.exists(KEYS.presence('pc2'))).toBe(0));
    expect(await reader.hexists(KEYS.hosts, 'pc2')).toBe(1);
  });

  test('gets events in order, in the stream and on the channel', async () => {
    const subscriber = new Redis(server.url);
    const told: string[] = [];
    await subscriber.subscribe(KEYS.events);
    subscriber.on('message', (_channel, text: string) => told.push((JSON.parse(text) as OutriderEvent).id));
    const ids = Array.from({ length: 350 }, (_, index) => `e${index}`);
    for (let index = 0; index < 350; index += 1) link.publish(event(index));
    await eventually(async () => expect(await streamed()).toEqual(ids));
    await eventually(() => expect(told).toEqual(ids));
    expect(link.waiting).toBe(0);
    subscriber.disconnect();
  });

  test('gets an event that comes at the very end of a delivery', async () => {
    await eventually(() => link.up);
    const { spool } = link as unknown as { readonly spool: EventSpool<unknown> };
    const remove = spool.remove.bind(spool);
    spool.remove = (batch) => {
      remove(batch);
      spool.remove = remove;
      queueMicrotask(() => link.publish(event(1)));
    };
    link.publish(event(0));
    await eventually(async () => expect(await streamed()).toEqual(['e0', 'e1']));
  });

  test('keeps errors and health apart from what happened, and neither for ever', async () => {
    await eventually(() => link.up);
    const health = KEYS.health('crew', 'memory');
    const month = 30 * 24 * 3_600_000;
    // Trimmed by whole nodes of the stream, of a hundred entries.
    for (let index = 1; index <= 300; index += 1) await reader.xadd(health, `${index}-0`, EVENT_FIELD, '{}');
    link.report({ ...event(1), type: 'error.reported' });
    link.judged({
      ...{ at: '', host: 'pc2', app: 'crew', agent: 'memory', instance: 0, level: 'deep', probe: 'exec' },
      ...{ status: 'healthy', reason: '', critical: true },
    });
    link.publish(event(2));
    await eventually(async () => expect(await streamed()).toEqual(['e2']));
    expect(await reader.xlen(KEYS.errors)).toBe(1);
    expect(await reader.xlen(health)).toBeLessThan(110);
    expect(await reader.pttl(health)).toBeGreaterThan(month - 60_000);
    expect(await reader.pttl(KEYS.errors)).toBeGreaterThan(0);
    expect(await reader.pttl(KEYS.events)).toBe(-1);
  });

  test('that was away gets what happened meanwhile, in order, and knows the host again', async () => {
    link.publish(event(0));
    await eventually(async () => expect(await streamed()).toEqual(['e0']));
    await eventually(() => link.waiting === 0);
    await server.kill();
    await eventually(() => !link.up);
    for (let index = 1; index < 50; index += 1) link.publish(event(index));
    expect(link.waiting).toBe(49);
    await server.restart();
    const ids = Array.from({ length: 50 }, (_, index) => `e${index}`);
    await eventually(async () => expect([...new Set(await streamed())]).toEqual(ids));
    await eventually(async () => expect(await reader.hexists(KEYS.hosts, 'pc2')).toBe(1));
    expect(link.dropped).toBe(0);
    expect(complaints.length).toBeGreaterThan(0);
  });

  test('that was emptied knows the host again soon', async () => {
    await eventually(async () => expect(await reader.hexists(KEYS.hosts, 'pc2')).toBe(1));
    await server.empty();
    await eventually(async () => expect(await reader.hexists(KEYS.hosts, 'pc2')).toBe(1));
    await eventually(async () => expect(await reader.exists(KEYS.presence('pc2'))).toBe(1));
  });

  test('that refuses writes gets the events once it takes them, none lost and none out of order', async () => {
    await eventually(() => link.up);
    await reader.config('SET', 'maxmemory', '1');
    for (let index = 0; index < 5; index += 1) link.publish(event(index));
    await eventually(() => complaints.some((sentence) => sentence.includes('OOM')));
    expect(link.waiting).toBe(5);
    await reader.config('SET', 'maxmemory', '0');
    const ids = ['e0', 'e1', 'e2', 'e3', 'e4'];
    await eventually(async () => expect([...new Set(await streamed())]).toEqual(ids));
  });
});

test('without Redis everything goes on, bounded, and the trouble is told once', async () => {
  await server.kill();
  const told: string[] = [];
  const lonely = startRedisLink({
    address: { kind: 'single', url: server.url },
    keys: KEYS,
    record: RECORD,
    version: '0',
    onError: (sentence) => told.push(sentence),
  });
  for (let index = 0; index < 10_005; index += 1) lonely.publish(event(index));
  expect([lonely.up, lonely.waiting, lonely.dropped]).toEqual([false, 10_000, 5]);
  await eventually(() => told.length > 0);
  await lonely.close();
  expect(new Set(told).size).toBe(told.length);
});

test('a cluster takes presence and events, also after the death of the node that had them', async () => {
  const cluster = await startRedisCluster();
  const nodes = cluster.nodes.map((node) => parseHostPort(node)!);
  const inCluster = startRedisLink({
    ...{ address: { kind: 'cluster', nodes }, keys: KEYS, record: RECORD, version: '0' },
    onError: (sentence) => complaints.push(sentence),
  });
  const say = async (line: string): Promise<string> => {
    const { host, port } = await cluster.ownerOf(KEYS.events);
    return command(host, port, line);
  };
  try {
    inCluster.publish(event(1));
    await eventually(async () => expect(await say(`XRANGE ${KEYS.events} - +`)).toContain('"e1"'));
    await eventually(async () => expect(await say(`HGET ${KEYS.hosts} pc2`)).toContain('127.0.0.12:7070'));
    await (await cluster.ownerOf(KEYS.events)).kill();
    inCluster.publish(event(2));
    await eventually(async () => expect(await say(`XRANGE ${KEYS.events} - +`)).toContain('"e2"'), 60_000);
  } finally {
    await inCluster.close();
    await cluster.stop();
  }
}, 120_000);
