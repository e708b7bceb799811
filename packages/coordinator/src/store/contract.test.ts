import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { startRedisCluster, type TestRedisCluster } from '@outrider/shared/testing/redis-cluster.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import { Redis } from 'ioredis';
import type { EventLog } from '../api/ports.js';
import type { DecisionRecord, Effect, Lease, LeaseStore, RolloutStore, SpecStore } from '../engine/ports.js';
import { openStore } from './connection.js';
import { MemoryEventLog } from './memory-events.js';
import { MemoryStore } from './memory-store.js';
import { RedisEventLog } from './redis-events.js';
import { RedisLeases } from './redis-lease.js';
import { RedisRollouts } from './redis-rollouts.js';
import { RedisSpecs } from './redis-specs.js';
import type { Scripts } from './scripts.js';

interface Stores {
  readonly leases: LeaseStore;
  readonly rollouts: RolloutStore;
  readonly specs: SpecStore;
  readonly events: EventLog;
  /** The lease runs out. */
  readonly expire: () => Promise<void>;
  readonly clear: () => Promise<void>;
}

/** Those that have a part of the data. */
const nodesOf = (redis: RedisClient): readonly Redis[] => (redis instanceof Redis ? [redis] : redis.nodes('master'));
/** Every key there is. */
const allKeys = async (redis: RedisClient): Promise<string[]> =>
  (await Promise.all(nodesOf(redis).map((node) => node.keys('*')))).flat();

const TTL_MS = 60_000;
/** Fewer than in use, so that one is too many soon. */
const ROLLOUTS_KEPT = 3;
const keys = fleetKeys('test');

function memory(): Stores {
  let now = 0;
  const events = new MemoryEventLog();
  const store = new MemoryStore(
    () => now,
    (added) => events.add(added),
  );
  const clear = async (): Promise<void> => {
    store.clear();
    events.clear();
  };
  const expire = async (): Promise<void> => void (now += TTL_MS + 1);
  return { leases: store, rollouts: store, specs: store, events, expire, clear };
}

function real(redis: RedisClient & Scripts): Stores {
  return {
    leases: new RedisLeases(redis, keys),
    rollouts: new RedisRollouts(redis, keys, ROLLOUTS_KEPT),
    specs: new RedisSpecs(redis, keys),
    events: new RedisEventLog(redis, keys),
    expire: async () => {
      await redis.del(keys.lease);
    },
    clear: async () => {
      await Promise.all(nodesOf(redis).map((node) => node.flushall()));
    },
  };
}

const ref = { version: '2', digest: 'd', specDigest: 's' };

const rollout = (seq: number, patch: Partial<Rollout> = {}): Rollout => ({
  ...{
    id: `r${seq}`,
    seq,
    kind: 'rollout',
    app: 'a',
    environment: 'test',
    version: '2',
    digest: 'd',
    phase: 'staging',
  },
  ...{ paused: false, hosts: [], by: 'me', startedAt: 0, steps: 0 },
  options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false },
  ...patch,
});

const effect = (id: string, host: string, step: number): Effect => ({
  ...{ key: `${id}/${host}/${step}`, host, app: 'a', kind: 'stage', fence: { epoch: 1, rollout: 1, step } },
  ...{ release: ref, confirmWithinMs: 0, reason: 'it\'s "so"\n' },
});

const event = (id: string, patch: Partial<OutriderEvent> = {}): OutriderEvent => ({
  ...{ id, at: '2026-01-01T00:00:00.000Z', type: 'rollout.started', environment: 'test', rollout: 'r1' },
  ...patch,
});

function contract(open: () => Stores): void {
  let stores: Stores;
  let lease: Lease;

  beforeEach(async () => {
    stores = open();
    await stores.clear();
    lease = (await stores.leases.acquire('one', TTL_MS, 0))!;
  });

  describe('the trace of a rollout', () => {
    const decision = (revision: number): DecisionRecord => ({
      ...{ at: '2026-01-01T00:00:00.000Z', epoch: 1, revision, events: [{ kind: 'tick' }] },
      ...{ phase: { from: 'staging', to: 'switching' }, commands: [], told: [] },
    });
    const plan: Plan = { ...{ plan: 'p', app: 'a', version: '2', hosts: [], problems: ['it\'s "so"'] } };

    it('is written with its state, and read as it was', async () => {
      expect(await stores.rollouts.trace('r1')).toEqual({ decisions: [] });
      await stores.rollouts.commit(lease, rollout(1), 0, [], [], { decision: decision(1), plan });
      await stores.rollouts.commit(lease, rollout(1), 1, [], [], { decision: decision(2) });
      // Neither of these is written.
      await stores.rollouts.commit(lease, rollout(1), 1, [], [], { decision: decision(3) });
      await stores.rollouts.commit({ ...lease, epoch: 99 }, rollout(1), 2, [], [], { decision: decision(3) });
      expect(await stores.rollouts.trace('r1')).toEqual({ plan, decisions: [decision(1), decision(2)] });
    });

    it('has the last 500 decisions', async () => {
      for (let revision = 0; revision <= 500; revision += 1) {
        await stores.rollouts.commit(lease, rollout(1), revision, [], [], { decision: decision(revision + 1) });
      }
      const { decisions } = await stores.rollouts.trace('r1');
      expect([decisions.length, decisions[0]?.revision, decisions.at(-1)?.revision]).toEqual([500, 2, 501]);
    });
  });

  describe('the lease', () => {
    it('has one holder at a time', async () => {
      expect(await stores.leases.acquire('two', TTL_MS, 0)).toBeUndefined();
      expect(await stores.leases.current()).toEqual(lease);
      expect(await stores.leases.renew(lease, TTL_MS)).toBe(true);
    });

    it('has a higher epoch each time, also above what hosts have seen', async () => {
      await stores.leases.release(lease);
      const second = (await stores.leases.acquire('two', TTL_MS, 0))!;
      expect(second.epoch).toBeGreaterThan(lease.epoch);
      await stores.leases.release(second);
      expect((await stores.leases.acquire('three', TTL_MS, 40))!.epoch).toBe(41);
    });

    it('is lost when it ran out, and is then neither renewed nor released by who had it', async () => {
      await stores.expire();
      expect(await stores.leases.renew(lease, TTL_MS)).toBe(false);
      const second = await stores.leases.acquire('two', TTL_MS, 0);
      await stores.leases.release(lease);
      expect(await stores.leases.current()).toEqual(second);
    });

    it('starts above the hosts where everything was lost', async () => {
      await stores.clear();
      expect(await stores.leases.current()).toBeUndefined();
      expect((await stores.leases.acquire('one', TTL_MS, 7))!.epoch).toBe(8);
    });
  });

  describe('commit', () => {
    const commit = (next: Rollout, expected: number, events: OutriderEvent[] = [], effects: Effect[] = []) =>
      stores.rollouts.commit(lease, next, expected, events, effects);

    it('writes state, events and effects together', async () => {
      expect(await commit(rollout(1), 0, [event('e1')], [effect('r1', 'h', 1)])).toBe('committed');
      expect(await stores.rollouts.load('r1')).toEqual({ rollout: rollout(1), revision: 1 });
      expect(await stores.rollouts.outbox()).toEqual([effect('r1', 'h', 1)]);
      expect(await stores.events.last(10)).toEqual([event('e1')]);
      expect(await stores.rollouts.underWay()).toEqual([{ rollout: rollout(1), revision: 1 }]);
    });

    it('writes nothing under a lease that is not ours', async () => {
      await stores.expire();
      expect(await commit(rollout(1), 0, [event('e1')], [effect('r1', 'h', 1)])).toBe('fenced');
      const other = (await stores.leases.acquire('two', TTL_MS, 0))!;
      expect(await commit(rollout(1), 0)).toBe('fenced');
      expect(await stores.rollouts.commit({ ...other, holder: 'one' }, rollout(1), 0, [], [])).toBe('fenced');
      expect(await stores.rollouts.load('r1')).toBeUndefined();
      expect(await stores.events.last(10)).toEqual([]);
      expect(await stores.rollouts.outbox()).toEqual([]);
    });

    it('writes nothing over another revision', async () => {
      await commit(rollout(1), 0);
      expect(await commit(rollout(1, { steps: 1 }), 0)).toBe('conflict');
      expect(await commit(rollout(1, { steps: 1 }), 2)).toBe('conflict');
      expect(await commit(rollout(1, { steps: 2 }), 1)).toBe('committed');
      expect((await stores.rollouts.load('r1'))?.rollout.steps).toBe(2);
    });

    it('lets one rollout of an app be under way, and frees the place at its end', async () => {
      await commit(rollout(1), 0);
      expect(await commit(rollout(2), 0)).toBe('conflict');
      expect(await commit(rollout(3, { app: 'b' }), 0)).toBe('committed');
      expect(await commit(rollout(1, { phase: 'succeeded' }), 1)).toBe('committed');
      expect(await commit(rollout(2), 0)).toBe('committed');
      expect((await stores.rollouts.underWay()).map((stored) => stored.rollout.id).sort()).toEqual(['r2', 'r3']);
    });

    it('lets no app of several be in two rollouts, and frees all places together', async () => {
      const of = (...names: readonly string[]): Partial<Rollout> => ({
        app: names.join(','),
        apps: names.map((app) => ({ app, version: '2', digest: `d${app}` })),
      });
      expect(await commit(rollout(1, of('a', 'b')), 0)).toBe('committed');
      expect(await commit(rollout(2, { app: 'b' }), 0)).toBe('conflict');
      expect(await commit(rollout(3, of('b', 'c')), 0)).toBe('conflict');
      // Nothing of it was written: its other app is free.
      expect(await commit(rollout(4, { app: 'c' }), 0)).toBe('committed');
      expect(await commit(rollout(5, of('c', 'd')), 0)).toBe('conflict');
      expect(await commit(rollout(1, { ...of('a', 'b'), steps: 1 }), 1)).toBe('committed');
      expect((await stores.rollouts.underWay()).map((stored) => stored.rollout.id).sort()).toEqual(['r1', 'r4']);
      expect(await commit(rollout(1, { ...of('a', 'b'), phase: 'rolled_back' }), 2)).toBe('committed');
      expect(await commit(rollout(2, { app: 'b' }), 0)).toBe('committed');
      expect(await commit(rollout(6, { app: 'a' }), 0)).toBe('committed');
      const listed = async (app: string): Promise<string[]> =>
        (await stores.rollouts.list(app, 9)).map((stored) => stored.rollout.id);
      expect([await listed('a'), await listed('b'), await listed('a,b')]).toEqual([['r6', 'r1'], ['r2', 'r1'], ['r1']]);
    });

    it('keeps one effect for each host and app, the newest', async () => {
      await commit(rollout(1), 0, [], [effect('r1', 'h', 1), effect('r1', 'i', 2)]);
      await commit(rollout(1), 1, [], [effect('r1', 'h', 3)]);
      expect((await stores.rollouts.outbox()).map(({ key }) => key).sort()).toEqual(['r1/h/3', 'r1/i/2']);
      await stores.rollouts.acknowledge(lease, effect('r1', 'h', 1));
      await stores.rollouts.acknowledge(lease, effect('r1', 'i', 2));
      await stores.rollouts.acknowledge(lease, effect('r1', 'i', 2));
      expect((await stores.rollouts.outbox()).map(({ key }) => key)).toEqual(['r1/h/3']);
    });

    it('takes nothing out of the outbox under a lease that is not ours', async () => {
      await commit(rollout(1), 0, [], [effect('r1', 'h', 1)]);
      await stores.expire();
      await stores.rollouts.acknowledge(lease, effect('r1', 'h', 1));
      const other = (await stores.leases.acquire('two', TTL_MS, 0))!;
      await stores.rollouts.acknowledge(lease, effect('r1', 'h', 1));
      expect((await stores.rollouts.outbox()).map(({ key }) => key)).toEqual(['r1/h/1']);
      await stores.rollouts.acknowledge(other, effect('r1', 'h', 1));
      expect(await stores.rollouts.outbox()).toEqual([]);
    });

    it('leaves nothing of an ended rollout in the outbox', async () => {
      await commit(rollout(1), 0, [], [effect('r1', 'h', 1)]);
      await commit(rollout(11, { app: 'b' }), 0, [], [{ ...effect('r11', 'h', 1), app: 'b' }]);
      await commit(rollout(1, { phase: 'stuck' }), 1);
      expect((await stores.rollouts.outbox()).map(({ key }) => key)).toEqual(['r11/h/1']);
    });

    it('lists the newest first, of one app where asked', async () => {
      for (const seq of [1, 2, 3]) await commit(rollout(seq, { app: `a${seq % 2}`, phase: 'succeeded' }), 0);
      expect((await stores.rollouts.list(undefined, 2)).map((stored) => stored.rollout.id)).toEqual(['r3', 'r2']);
      expect((await stores.rollouts.list('a1', 5)).map((stored) => stored.rollout.id)).toEqual(['r3', 'r1']);
    });

    it('lists those before one', async () => {
      for (const seq of [1, 2, 3]) await commit(rollout(seq, { phase: 'succeeded' }), 0);
      const ids = async (before?: number) =>
        (await stores.rollouts.list(undefined, 10, before)).map((one) => one.rollout.id);
      expect([await ids(), await ids(3), await ids(1)]).toEqual([['r3', 'r2', 'r1'], ['r2', 'r1'], []]);
    });

    it('remembers what has ended with the state that ends it, longer than the rollout', async () => {
      await commit(rollout(1, { startedAt: 100 }), 0);
      expect(await stores.rollouts.deliveries(0)).toEqual([]);
      await commit(rollout(1, { startedAt: 100, endedAt: 200, phase: 'rolled_back', fromVersion: '1' }), 1);
      const record = { id: 'r1', kind: 'rollout', app: 'a', version: '2', from: '1', result: 'rolled_back' };
      expect(await stores.rollouts.deliveries(200)).toEqual([{ ...record, startedAt: 100, endedAt: 200 }]);
      for (const seq of [2, 3, 4, 5]) await commit(rollout(seq, { phase: 'succeeded', endedAt: seq * 1000 }), 0);
      expect((await stores.rollouts.deliveries(0)).map(({ id }) => id)).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
      expect((await stores.rollouts.deliveries(3500)).map(({ id }) => id)).toEqual(['r4', 'r5']);
      // Nothing of what is not ours, or in conflict.
      expect(await commit(rollout(5, { phase: 'stuck', endedAt: 9000 }), 0)).toBe('conflict');
      expect(await stores.rollouts.deliveries(9000)).toEqual([]);
    });

    it('knows nothing after everything was lost', async () => {
      await commit(rollout(1), 0, [event('e1')], [effect('r1', 'h', 1)]);
      await stores.clear();
      expect(await stores.rollouts.underWay()).toEqual([]);
      expect(await stores.rollouts.outbox()).toEqual([]);
      expect(await stores.rollouts.list(undefined, 5)).toEqual([]);
      expect(await stores.events.last(5)).toEqual([]);
    });
  });

  it('counts above earlier numbers and above what it is told', async () => {
    const first = await stores.rollouts.nextSequence(0);
    expect(await stores.rollouts.nextSequence(0)).toBe(first + 1);
    expect(await stores.rollouts.nextSequence(99)).toBe(100);
  });

  it('tells what came after an event, and refuses one that there is not', async () => {
    const list = Array.from({ length: 450 }, (_, index) => event(`e${index}`, { rollout: `r${index % 2}` }));
    for (const one of list) await stores.events.append([one]);
    const ids = async (...words: Parameters<EventLog['after']>) =>
      (await stores.events.after(...words)).map(({ id }) => id);
    expect(await ids('e447', 10)).toEqual(['e448', 'e449']);
    expect(await ids('e449', 10)).toEqual([]);
    expect(await ids('e3', 2)).toEqual(['e4', 'e5']);
    expect(await ids('e3', 2, 'r1')).toEqual(['e5', 'e7']);
    await expect(stores.events.after('gone', 1)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells the revision alone, 0 of what it does not know', async () => {
    expect(await stores.rollouts.revision('r1')).toBe(0);
    await stores.rollouts.commit(lease, rollout(1), 0, [], []);
    await stores.rollouts.commit(lease, rollout(1, { steps: 1 }), 1, [], []);
    expect(await stores.rollouts.revision('r1')).toBe(2);
  });

  it('keeps host specs by their digest', async () => {
    await stores.specs.saveSpecs(new Map([['x', '{"a":1}']]));
    expect(await stores.specs.loadSpec('x')).toBe('{"a":1}');
    expect(await stores.specs.loadSpec('y')).toBeUndefined();
  });

  it('keeps the specs of very many hosts, each of which names all', async () => {
    const hosts = Object.fromEntries(Array.from({ length: 1_000 }, (_one, index) => [`host-${index}`, '10.0.0.1']));
    const specs = new Map(Object.keys(hosts).map((host) => [host, JSON.stringify({ host, hosts })]));
    await stores.specs.saveSpecs(specs);
    expect(await stores.specs.loadSpec('host-0')).toBe(specs.get('host-0'));
    expect(await stores.specs.loadSpec('host-999')).toBe(specs.get('host-999'));
  });

  describe('events', () => {
    it('come last first where asked, and of one rollout', async () => {
      await stores.events.append([event('1'), event('2', { rollout: 'r2' }), event('3')]);
      expect((await stores.events.last(2)).map(({ id }) => id)).toEqual(['2', '3']);
      expect((await stores.events.last(9, 'r1')).map(({ id }) => id)).toEqual(['1', '3']);
      expect(await stores.events.last(0)).toEqual([]);
    });

    it('are followed without a gap and without a repetition', async () => {
      const all = Array.from({ length: 600 }, (_, index) => event(`e${index}`));
      await stores.events.append(all.slice(0, 300));
      const ending = new AbortController();
      const seen: string[] = [];
      const following = (async () => {
        for await (const { id } of stores.events.follow(250, 'r1', ending.signal)) {
          seen.push(id);
          if (id === 'e599') ending.abort();
        }
      })();
      for (const one of all.slice(300)) await stores.events.append([one]);
      await stores.events.append([all[599]!]);
      await following;
      expect(seen).toEqual(all.slice(600 - seen.length).map(({ id }) => id));
      expect(seen.length).toBeGreaterThanOrEqual(300);
    });

    it('stop when they are no longer wanted', async () => {
      const ending = new AbortController();
      const following = (async () => {
        for await (const one of stores.events.follow(0, undefined, ending.signal)) expect(one).toBeUndefined();
      })();
      ending.abort();
      await following;
    });
  });
}

describe('in memory', () => {
  contract(memory);
});

function storesIn(redis: () => RedisClient & Scripts): void {
  afterEach(async () => {
    const foreign = (await allKeys(redis())).filter((key) => !key.startsWith('outrider:{test}:'));
    expect(foreign).toEqual([]);
  });

  contract(() => real(redis()));

  it('forgets the oldest of many rollouts, and of a rollout everything; not under a lease that is not ours', async () => {
    const stores = real(redis());
    await stores.clear();
    const lease = (await stores.leases.acquire('one', TTL_MS, 0))!;
    const end = async (seq: number, by: Lease): Promise<void> => {
      expect(await stores.rollouts.commit(lease, rollout(seq), 0, [], [])).toBe('committed');
      await stores.rollouts.commit(by, rollout(seq, { phase: 'succeeded' }), 1, [], []);
    };
    for (const seq of [1, 2, 3, 4]) await end(seq, lease);
    const kept = async (): Promise<string[]> => (await stores.rollouts.list(undefined, 9)).map((one) => one.rollout.id);
    expect(await kept()).toEqual(['r4', 'r3', 'r2']);
    expect((await allKeys(redis())).filter((key) => key.includes(':rollout:')).sort()).toEqual(
      ['r2', 'r3', 'r4'].map(keys.rollout),
    );
    const named = [keys.lease, keys.rollouts, keys.rollout('r4'), keys.decisions('r4')];
    await redis().outriderForget(named.length, ...named, 'another lease', 'r4');
    expect(await kept()).toEqual(['r4', 'r3', 'r2']);
  });

  it('forgets the trace with the rollout, and leaves nothing of either', async () => {
    const stores = real(redis());
    await stores.clear();
    const lease = (await stores.leases.acquire('one', TTL_MS, 0))!;
    const decision: DecisionRecord = {
      ...{ at: '2026-01-01T00:00:00.000Z', epoch: 1, revision: 1, events: [{ kind: 'begin' }] },
      ...{ phase: { from: 'staging', to: 'succeeded' }, commands: [], told: [] },
    };
    for (const seq of [1, 2, 3, 4]) {
      await stores.rollouts.commit(lease, rollout(seq, { phase: 'succeeded' }), 0, [], [], { decision });
    }
    expect((await allKeys(redis())).filter((key) => key.includes(':rollout:')).sort()).toEqual(
      ['r2', 'r3', 'r4'].flatMap((id) => [keys.rollout(id), keys.decisions(id)]),
    );
    expect((await stores.rollouts.trace('r1')).decisions).toEqual([]);
    expect((await stores.rollouts.trace('r2')).decisions).toEqual([decision]);
  });

  it('a lease has the endpoint of its holder, and no other lease passes for it', async () => {
    const stores = real(redis());
    await stores.clear();
    const lease = (await stores.leases.acquire('one', TTL_MS, 0, '10.0.0.11:7077'))!;
    expect(lease).toEqual({ holder: 'one', epoch: 1, endpoint: '10.0.0.11:7077' });
    expect(await stores.leases.current()).toEqual(lease);
    expect(await stores.leases.renew({ ...lease, endpoint: '10.0.0.12:7077' }, TTL_MS)).toBe(false);
    expect(await stores.leases.renew(lease, TTL_MS)).toBe(true);
  });
}

describe('in Redis', () => {
  let server: TestRedis;
  let redis: RedisClient & Scripts;
  beforeAll(async () => {
    server = await startRedis();
    redis = openStore({ kind: 'single', url: server.url }, () => undefined);
    await new Promise((resolve) => redis.once('ready', resolve));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });
  storesIn(() => redis);

  it('says so at once where Redis is away, and works again when it is back', async () => {
    const stores = real(redis);
    await stores.clear();
    await stores.leases.acquire('one', TTL_MS, 0);
    await server.kill();
    await expect(stores.leases.current()).rejects.toMatchObject({ code: 'unavailable' });
    const back = new Promise((resolve) => redis.once('ready', resolve));
    await server.restart();
    await back;
    expect(await stores.leases.current()).toMatchObject({ holder: 'one' });
  });
});

describe('in a Redis Cluster', () => {
  let cluster: TestRedisCluster;
  let redis: RedisClient & Scripts;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    const nodes = cluster.nodes.map((node) => parseHostPort(node)!);
    redis = openStore({ kind: 'cluster', nodes }, () => undefined);
    await new Promise((resolve) => redis.once('ready', resolve));
  }, 120_000);
  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
  });
  storesIn(() => redis);
});
