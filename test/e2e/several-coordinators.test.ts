/**
 * Several coordinators with one Redis, each a real process: any of them is asked, one decides. The leader killed or
 * stopped in its tracks in the midst of a rollout, which another drives on; and what a leader does that wakes too late.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  anotherCoordinator,
  type Coordinator,
  firstCoordinator,
  followAt,
  leads,
  serves,
} from '../support/more-coordinators.js';
import { type Event, isStep, lastEvent, pids, steps, tree, versions, web } from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });
const APP = 'several';
const KEYS = fleetKeys('local');
let cluster: Cluster;
let redis: Redis;
let one: Coordinator;
let two: Coordinator;
let onlooker: Coordinator;
let serial = 0;
let active = '1.0.0';

const release = (rev: number) => tree(APP, { memory: web(18411), vision: web(18412, rev) });
const both = (version: string): Record<string, string> => ({ alpha: version, beta: version });
const answerOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => error,
  );

async function pushAt(at: Coordinator): Promise<string> {
  serial += 1;
  const version = `2.${serial}.0`;
  const words = ['release', 'push', cluster.release(release(1 + serial)), '--version', version, '--json'];
  const result = await followAt(cluster, [at], words).result;
  expect([result.code, result.stderr]).toEqual([0, '']);
  return version;
}

/** Everybody runs, and `leader` leads. */
async function settle(leader: Coordinator, other: Coordinator): Promise<void> {
  if (!leader.daemon.runs) leader.daemon.start();
  await serves(leader);
  await other.daemon.kill();
  await leads(leader);
  other.daemon.start();
  await serves(other);
}

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  redis = new Redis(cluster.redis.url);
  one = firstCoordinator(cluster);
  two = anotherCoordinator(cluster, 3);
  onlooker = anotherCoordinator(cluster, 4, ['--read-only']);
  for (const { daemon } of [two, onlooker]) daemon.start();
  await Promise.all([two, onlooker].map(serves));
  await cluster.push('1.0.0', release(1));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(async () => {
  redis.disconnect();
  await two.close();
  await onlooker.close();
  one.remote.close();
  await cluster.stop();
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(() => {
    console.error([cluster.lastWords(), two.daemon.lastWords(), onlooker.daemon.lastWords()].join('\n---\n'));
  });
});

describe('a coordinator that does not lead', () => {
  beforeAll(() => settle(one, two));

  it('knows who does, takes a release and a rollout for it, and shows both', async () => {
    const before = await one.remote.Status({});
    expect((await two.remote.Status({})).leader).toBe(before.leader);
    const version = await pushAt(two);
    // It went to the leader, which can stage it.
    expect((await one.remote.ShowRelease({ app: APP, version })).release?.version).toBe(version);
    const result = await followAt(cluster, [two], [...['rollout', '--version', version, '--json', '--bake', '100ms']])
      .result;
    expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
    active = version;
    expect(await versions(cluster, APP)).toEqual(both(version));
    const [record] = (await two.remote.ListRollouts({ app: APP, limit: 1 })).rollouts;
    expect(record).toMatchObject({ version, phase: 'succeeded' });
    expect((await one.remote.Status({})).leader).toBe(before.leader);
  });

  it('hands on pause, resume and abort, and what POST /rollback asks for', async () => {
    const version = await pushAt(two);
    const run = followAt(cluster, [two], ['rollout', '--version', version, '--json', '--bake', '1h']);
    await run.line(isStep('alpha', 'trial'));
    for (const [verb, paused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      expect((await followAt(cluster, [two], ['rollout', verb]).result).code).toBe(0);
      expect((await one.remote.GetRollout({ app: APP })).paused).toBe(paused);
    }
    const response = await fetch(`http://${two.http}/rollback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ensureToken(cluster.layout.token)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ app: APP }),
    });
    expect([response.status, await response.json()]).toMatchObject([202, { status: 'rollback_initiated' }]);
    expect((await run.result).code).toBe(21);
    expect(await versions(cluster, APP)).toEqual(both(active));
    const refused = await fetch(`http://${two.http}/rollback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ensureToken(cluster.layout.token)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ app: APP, strategy: 'unheard-of' }),
    });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: expect.stringMatching(/^strategy: /) as string },
    ]);
  });

  it('passes nothing on that was passed on to it', async () => {
    const remote = connectCoordinator({
      endpoint: two.endpoint,
      token: ensureToken(cluster.layout.token),
      forwards: true,
    });
    try {
      expect(await answerOf(remote.ControlRollout({ action: 'pause', by: 'me' }))).toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(/this coordinator does not lead; coordinator-\d+-\w+ does/) as string,
      });
    } finally {
      remote.close();
    }
  });

  it('is given the contents of each release, and leads with what it has never been sent', async () => {
    const version = await pushAt(one);
    const digest = (await one.remote.ShowRelease({ app: APP, version })).release?.digest ?? '';
    await eventually(() => existsSync(join(two.folder, 'data', 'blobs', digest.slice(0, 2), digest)));
    // Whoever is asked fetches at once what is still missing.
    expect((await two.remote.ShowRelease({ app: APP, version })).agentsYaml).toContain('vision');
    expect(readdirSync(join(two.folder, 'data', 'releases', APP))).toContain(`${version}.json`);
    await one.daemon.kill();
    await leads(two);
    const result = await followAt(cluster, [one, two], ['rollout', '--version', version, '--json', '--bake', '0s'])
      .result;
    expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
    active = version;
  });
});

describe('read-only', () => {
  it('answers, refuses whatever changes something, and never leads', async () => {
    if (!one.daemon.runs) one.daemon.start();
    const leader = await serves(one);
    expect((await onlooker.remote.ListRollouts({ app: APP, limit: 1 })).rollouts).toHaveLength(1);
    const ask = () => [
      onlooker.remote.StartRollout({ app: APP, version: active, requestId: 'a', by: 'me' }),
      onlooker.remote.Rollback({ app: APP, requestId: 'b', by: 'me' }),
      onlooker.remote.ControlRollout({ app: APP, action: 'pause', by: 'me' }),
      onlooker.remote.ControlAgent({ app: APP, agents: ['vision'], action: 'restart', by: 'me' }),
      onlooker.remote.PushRelease({ version: '9', manifest: Buffer.from('{}'), by: 'me' }),
    ];
    // Each answer names the leader; on a machine that is too busy there may be none for a moment.
    await eventually(async () => {
      for (const answer of await Promise.all(ask().map(answerOf))) {
        expect(answer).toMatchObject({
          code: 'refused',
          message: expect.stringMatching(
            /^This coordinator is read-only and changes nothing\. Ask coordinator-.* at .*:7077\.$/,
          ) as string,
        });
      }
    });
    const words = ['rollout', '--version', active, '--json'];
    expect((await followAt(cluster, [onlooker], words).result).code).toBe(4);
    await Promise.all([one, two].map(({ daemon }) => daemon.kill()));
    // Long enough for anybody who would take the lease: it is free now.
    await eventually(async () => (await redis.exists(KEYS.lease)) === 0);
    await eventually(async () => (await onlooker.remote.Status({})).leader === '');
    expect(await redis.exists(KEYS.lease)).toBe(0);
    expect(leader).not.toContain('coordinator-4');
    for (const { daemon } of [one, two]) daemon.start();
    await Promise.all([one, two].map(serves));
    expect((await onlooker.remote.Status({})).leader).not.toContain('coordinator-4');
  });
});

describe('a leader that is killed', () => {
  it.each<[string, string]>([
    ['on trial', 'trial'],
    ['while it switches', 'switching'],
  ])('%s: the rollout goes on to its end with the other, seen by whoever watches', async (_, moment) => {
    await settle(one, two);
    const kept = pids(cluster, APP)['alpha/memory.0'];
    const version = await pushAt(one);
    await serves(two);
    expect((await two.remote.ShowRelease({ app: APP, version })).release?.version).toBe(version);
    const run = followAt(cluster, [one, two], ['rollout', '--version', version, '--json', '--bake', '500ms']);
    await run.line(isStep('alpha', moment));
    await one.daemon.kill();
    const result = await run.result;
    expect([result.code, lastEvent(result)]).toMatchObject([
      0,
      { type: 'rollout.succeeded', data: { to: version, hosts: both('committed') } },
    ]);
    await leads(two);
    expect(steps(result.events<Event>(), 'switching')).toEqual(['alpha:switching', 'beta:switching']);
    expect(await versions(cluster, APP)).toEqual(both(version));
    expect(pids(cluster, APP)['alpha/memory.0']).toBe(kept);
    active = version;
  });
});

it('a leader that hangs keeps nobody waiting who asks another', async () => {
  await settle(one, two);
  const version = await pushAt(one);
  await two.remote.ShowRelease({ app: APP, version });
  const run = followAt(cluster, [two], ['rollout', '--version', version, '--json', '--bake', '1h']);
  await run.line(isStep('alpha', 'trial'));
  one.daemon.signal('SIGSTOP');
  // It was handed on to the one that hangs, and came back from there.
  const asked = two.remote.ControlRollout({ app: APP, action: 'pause', by: 'me' }, { timeoutMs: 60_000 });
  expect(await asked).toMatchObject({ version, paused: true });
  await leads(two);
  one.daemon.signal('SIGCONT');
  await serves(one);
  expect((await one.remote.Status({})).leader).toContain('coordinator-3');
  await one.remote.ControlRollout({ app: APP, action: 'abort', by: 'me' });
  expect((await run.result).code).toBe(21);
  expect(await versions(cluster, APP)).toEqual(both(active));
});

describe('a leader that was stopped in its tracks', () => {
  /** Everything that a leader could have changed. */
  async function world(): Promise<unknown> {
    const ids = await redis.zrange(KEYS.rollouts, '0', '-1');
    const hosts = await Promise.all(
      [...cluster.hosts.values()].map(async ({ remote }) => {
        const { apps, epoch, epochHolder } = await remote.Status({});
        return {
          epoch,
          epochHolder,
          apps: apps.map(({ phase, active: now, candidate, fence }) => ({ phase, now, candidate, fence })),
        };
      }),
    );
    return {
      records: await Promise.all(ids.map((id) => redis.hgetall(KEYS.rollout(id)))),
      ...{ outbox: await redis.hgetall(KEYS.outbox), active: await redis.hgetall(KEYS.active) },
      epoch: await redis.get(KEYS.epoch),
      told: (await redis.xrange(KEYS.events, '-', '+')).filter(([, fields]) => fields.join().includes('"rollout.')),
      ...{ hosts, pids: pids(cluster, APP) },
    };
  }

  it.each(['commit.before:3', 'commit.after:3', 'perform.before:3'])(
    'at %s: it changes nothing when it wakes',
    async (moment) => {
      await settle(one, two);
      await one.daemon.kill();
      await leads(two);
      one.daemon.start({ OUTRIDER_TESTING: '1', OUTRIDER_STOP_AT: moment });
      await serves(one);
      await two.daemon.kill();
      const old = await leads(one);
      two.daemon.start();
      await serves(two);
      const version = await pushAt(two);
      await two.remote.ShowRelease({ app: APP, version });
      const run = followAt(cluster, [two], ['rollout', '--version', version, '--json', '--bake', '200ms']);
      const result = await run.result;
      await leads(two);
      expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
      active = version;
      expect(await versions(cluster, APP)).toEqual(both(version));

      const before = await world();
      one.daemon.signal('SIGCONT');
      // It has seen that it was overtaken.
      await eventually(async () =>
        expect((await one.remote.Status({}, { timeoutMs: 2_000 })).leader).toContain('coordinator-3'),
      );
      await serves(one);
      expect(await world()).toEqual(before);

      // Whatever it may still have had in hand: hosts know better.
      const host = cluster.host('alpha');
      const epoch = Number(await redis.get(KEYS.epoch)) - 1;
      const seq = Number(await redis.get(KEYS.seq));
      const command = {
        app: APP,
        fence: { epoch, rollout: seq, step: 999 },
        holder: old,
        rollout: `r${seq}`,
        by: 'me',
      };
      expect(await answerOf(host.remote.Revert({ command, reason: 'late' }))).toMatchObject({ code: 'refused' });
      expect(await answerOf(host.remote.BindEpoch({ epoch, holder: old }))).toMatchObject({ code: 'refused' });
      expect(await world()).toEqual(before);
    },
  );
});
