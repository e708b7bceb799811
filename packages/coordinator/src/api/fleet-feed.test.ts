import { once } from 'node:events';
import { fleetKeys, EVENT_FIELD } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../store/connection.js';
import { testCoordinator, type TestCoordinator } from '../testing/coordinator.js';

interface Told {
  readonly type: string;
  readonly cursor?: string;
  readonly event?: { readonly id: string };
  readonly events?: readonly { readonly id: string }[];
  readonly missed?: boolean;
  readonly [part: string]: unknown;
}

let coordinator: TestCoordinator;
let redis: RedisClient;
beforeAll(async () => {
  coordinator = await testCoordinator();
  redis = openStore({ kind: 'single', url: coordinator.redis.url }, () => undefined);
  await eventually(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await coordinator.close();
});

const keys = fleetKeys('test');
const at = '2026-01-01T00:00:00.000Z';
const eventText = (id: string, reason = ''): string =>
  JSON.stringify({ id, at, type: 'agent.ready', environment: 'test', host: 'pc2', agent: 'vision', reason });
const tell = (id: string, reason?: string): Promise<unknown> =>
  redis.xadd(keys.events, '*', EVENT_FIELD, eventText(id, reason));

class Reader {
  readonly told: Told[] = [];
  readonly socket: WebSocket;

  constructor(query: string) {
    this.socket = new WebSocket(`ws://${coordinator.http[0]!}/ws${query}`);
    this.socket.on('message', (data: Buffer) => this.told.push(JSON.parse(data.toString()) as Told));
    this.socket.on('error', () => undefined);
  }
  get ids(): readonly string[] {
    return this.told
      .flatMap(({ events = [], event }) => [...events, ...(event === undefined ? [] : [event])])
      .map(({ id }) => id);
  }
  get cursor(): string {
    return this.told.findLast(({ cursor }) => cursor !== undefined)?.cursor ?? '';
  }
  /** The first message. */
  snapshot = (): Promise<Told> => eventually(() => this.told[0] ?? null);
}

const mine = (ids: readonly string[], prefix: string): readonly string[] => ids.filter((id) => id.startsWith(prefix));

describe('feed=fleet', () => {
  test('the snapshot has every part, in the shapes of REST', async () => {
    const reader = new Reader('?feed=fleet');
    expect(await reader.snapshot()).toMatchObject({
      type: 'snapshot',
      cursor: expect.any(String) as string,
      status: { state: 'idle', redis: 'up', agents_total: 0 },
      hosts: [],
      agents: [],
      rollout: null,
      others: [],
      events: expect.any(Array) as unknown[],
      missed: false,
    });
    reader.socket.terminate();
  });

  test('no event is lost or told twice between snapshot and subscription, however fast they come', async () => {
    const count = 2_000;
    const readers: Reader[] = [];
    for (let index = 0; index < count; index += 1) {
      void tell(`fast-${index}`);
      if (index % 100 === 50) {
        readers.push(new Reader('?feed=fleet'));
        // So that connections open while events come.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    await eventually(() => readers.every(({ ids }) => ids.includes(`fast-${count - 1}`)));
    for (const { ids, told, socket } of readers) {
      const seen = mine(ids, 'fast-');
      const first = Number(seen[0]?.slice('fast-'.length));
      expect(seen).toEqual(Array.from({ length: count - first }, (_, index) => `fast-${first + index}`));
      expect(told.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
      expect(told[0]?.type).toBe('snapshot');
      socket.terminate();
    }
  });

  test('who comes again with its cursor gets what came since, and is told where that is not known', async () => {
    const first = new Reader('?feed=fleet');
    await first.snapshot();
    await tell('again-1');
    await eventually(() => first.ids.includes('again-1'));
    first.socket.terminate();
    await tell('again-2');
    await tell('again-3');
    const watcher = new Reader('?feed=fleet');
    await eventually(() => watcher.ids.includes('again-3'));
    watcher.socket.terminate();
    const second = new Reader(`?feed=fleet&after=${encodeURIComponent(first.cursor)}`);
    expect((await second.snapshot()).events?.map(({ id }) => id)).toEqual(['again-2', 'again-3']);
    expect(second.told[0]).toMatchObject({ missed: false, cursor: 'again-3' });
    second.socket.terminate();
    const stranger = new Reader('?feed=fleet&after=never-told');
    expect(await stranger.snapshot()).toMatchObject({ missed: true });
    stranger.socket.terminate();
  });

  test('a reader that does not read is cut off, and others are told all of it', async () => {
    const [slow, quick] = [new Reader('?feed=fleet'), new Reader('?feed=fleet')];
    await Promise.all([slow.snapshot(), quick.snapshot()]);
    const { cut, send } = rawSocketOf(slow);
    cut();
    const long = 'x'.repeat(64 * 1024);
    const count = 300;
    for (let index = 0; index < count; index += 1) await tell(`long-${index}`, long);
    await eventually(() => quick.ids.includes(`long-${count - 1}`));
    expect(mine(quick.ids, 'long-')).toHaveLength(count);
    const closed = once(slow.socket, 'close');
    send();
    await closed;
    expect(mine(slow.ids, 'long-').length).toBeLessThan(count);
    quick.socket.terminate();
  });

  test('state messages carry only what has changed, and the fleet is told while Redis is away', async () => {
    const reader = new Reader('?feed=fleet');
    await reader.snapshot();
    await coordinator.redis.kill();
    const down = await eventually(
      () => reader.told.find(({ type, status }) => type === 'state' && isDown(status)) ?? null,
    );
    expect(Object.keys(down)).toEqual(['type', 'status']);
    await coordinator.redis.restart();
    await eventually(() => redis.status === 'ready');
    await eventually(async () => {
      await tell(`back-${performance.now()}`);
      return mine(reader.ids, 'back-').length > 0;
    });
    reader.socket.terminate();
  });
});

const isDown = (status: unknown): boolean => (status as { redis?: string } | undefined)?.redis === 'down';

/** Of the library's own socket: reading stops and goes on. */
function rawSocketOf({ socket }: Reader): { readonly cut: () => void; readonly send: () => void } {
  return { cut: () => socket.pause(), send: () => socket.resume() };
}

describe('who may, and what is asked', () => {
  const refusal = (query: string, protocols: readonly string[] = [], origin?: string): Promise<string> =>
    new Promise((resolve) => {
      const options = origin === undefined ? {} : { origin };
      const socket = new WebSocket(`ws://${coordinator.http[0]!}/ws${query}`, [...protocols], options);
      socket.on('error', ({ message }) => resolve(message)).on('open', () => resolve('open'));
      socket.on('open', () => socket.terminate());
    });
  const bearer = (token: string): readonly string[] => [
    'outrider',
    `bearer.${Buffer.from(token).toString('base64url')}`,
  ];

  test.each([
    ['a feed that there is not', '?feed=nothing', /400/],
    ['a word that nobody reads', '?feed=fleet&since=1', /400/],
    ['logs without the token', '?feed=logs&agent=vision', /401/],
  ])('%s', async (_, query, sentence) => expect(await refusal(query)).toMatch(sentence));

  test('logs need the token, as a protocol where the caller is a page; a foreign page gets nothing at all', async () => {
    const { token } = coordinator;
    expect(await refusal('?feed=logs', bearer(token))).toMatch(/400/);
    expect(await refusal('?feed=logs&agent=vision', bearer(`${token}x`))).toMatch(/401/);
    expect(await refusal('?feed=logs&agent=vision', bearer(token))).toBe('open');
    expect(await refusal('?feed=fleet', bearer(token), 'http://evil.example')).toMatch(/403/);
  });

  test('an agent that there is not is the last message', async () => {
    const socket = new WebSocket(`ws://${coordinator.http[0]!}/ws?feed=logs&agent=vision`, [
      ...bearer(coordinator.token),
    ]);
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(data.toString())).toMatchObject({
      type: 'error',
      error: expect.stringMatching(/no agent vision/) as string,
    });
    await once(socket, 'close');
  });
});
