/**
 * Whole fleets whose Redis is watched by sentinels, or is a cluster: a rollout runs to its end, and goes on after the
 * server that had its truth was killed in the midst of it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { command } from '@outrider/shared/testing/redis.js';
import { startRedisCluster } from '@outrider/shared/testing/redis-cluster.js';
import type { RedisProcess } from '@outrider/shared/testing/redis-process.js';
import { startSentinels } from '@outrider/shared/testing/redis-sentinel.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  anotherCoordinator,
  type Coordinator,
  firstCoordinator,
  followAt,
  serves,
} from '../support/more-coordinators.js';
import {
  clearMark,
  type Event,
  isStep,
  lastEvent,
  marked,
  pids,
  setMark,
  steps,
  tree,
  versions,
  web,
} from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const APP = 'topologies';
const LEASE = fleetKeys('local').lease;

interface Topology {
  /** `redis` of every daemon's settings. */
  readonly settings: object;
  /** The server that has the fleet's keys now. */
  readonly owner: () => Promise<RedisProcess>;
  readonly stop: () => Promise<void>;
}

async function sentinels(): Promise<Topology> {
  const redis = await startSentinels();
  const settings = { sentinels: redis.sentinels, name: redis.name };
  return { settings, owner: () => redis.master(), stop: () => redis.stop() };
}

async function redisCluster(): Promise<Topology> {
  const redis = await startRedisCluster();
  // The others are learnt of.
  const settings = { cluster: redis.nodes.slice(0, 2) };
  return { settings, owner: () => redis.ownerOf(LEASE), stop: () => redis.stop() };
}

/** Some replica has all that this master has. */
async function hasTold({ host, port }: RedisProcess): Promise<boolean> {
  const info = await command(host, port, 'INFO replication');
  const own = /master_repl_offset:(\d+)/.exec(info)?.[1] ?? '';
  return [...info.matchAll(/slave\d+:.*offset=(\d+)/g)].some(([, offset]) => offset === own);
}

const both = (version: string): Record<string, string> => ({ alpha: version, beta: version });

describe.each<[string, () => Promise<Topology>]>([
  ['watched by sentinels', sentinels],
  ['a Redis Cluster', redisCluster],
])('Redis %s', (_name, start) => {
  let topology: Topology;
  let fleet: Cluster;
  let one: Coordinator;
  let two: Coordinator;
  let rev = 0;

  beforeAll(async () => {
    topology = await start();
    const settings = { redis: topology.settings };
    fleet = await startCluster({ hosts: ['alpha', 'beta'], coordinator: settings, sidecar: settings });
    one = firstCoordinator(fleet);
    two = anotherCoordinator(fleet, 3, [], settings);
    two.daemon.start();
    await serves(two);
  });
  afterAll(async () => {
    await two.close();
    one.remote.close();
    await fleet.stop();
    await topology.stop();
  });
  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(fleet.lastWords(), two.daemon.lastWords())));

  const push = async (): Promise<string> => {
    rev += 1;
    await fleet.push(`1.${rev}.0`, tree(APP, { memory: web(18421), vision: web(18422, rev) }));
    return `1.${rev}.0`;
  };

  it('carries a rollout to its end', async () => {
    const version = await push();
    const result = await followAt(fleet, [two], ['rollout', '--version', version, '--json', '--bake', '200ms']).result;
    expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
    expect(await versions(fleet, APP)).toEqual(both(version));
    expect(await command(fleet.redis.host, fleet.redis.port, 'DBSIZE')).toContain(':0');
  });

  it('goes on after the death of the server that has the truth, and so does the rollout', async () => {
    const kept = pids(fleet, APP)['alpha/memory.0'];
    rev += 1;
    const version = `1.${rev}.0`;
    await fleet.push(version, tree(APP, { memory: web(18421), vision: marked(fleet, APP, 18422, rev) }));
    // beta waits for its agent, alpha is on trial.
    setMark(fleet, APP, 'beta');
    const run = followAt(fleet, [one, two], ['rollout', '--version', version, '--json', '--bake', '200ms']);
    await run.line(isStep('beta', 'switching'));
    const before = await topology.owner();
    // What was written has reached a replica: what has not is lost, and then the rollout is taken back.
    await eventually(() => hasTold(before));
    await before.kill();
    await eventually(async () => (await topology.owner()) !== before, { timeoutMs: 60_000 });
    clearMark(fleet, APP, 'beta');
    const result = await run.result;
    expect([result.code, lastEvent(result)]).toMatchObject([
      0,
      { type: 'rollout.succeeded', data: { to: version, hosts: both('committed') } },
    ]);
    expect(steps(result.events<Event>(), 'switching')).toEqual(['alpha:switching', 'beta:switching']);
    expect(await versions(fleet, APP)).toEqual(both(version));
    expect(pids(fleet, APP)['alpha/memory.0']).toBe(kept);
    await before.start();
  });

  it('killed with what it had told nobody yet: no host is left on trial, and whoever watches is told', async () => {
    const version = await push();
    const run = followAt(fleet, [one, two], ['rollout', '--version', version, '--json', '--bake', '0s']);
    await run.line(isStep('alpha', 'switching'));
    await (await topology.owner()).kill();
    const result = await run.result;
    expect([0, 20]).toContain(result.code);
    await eventually(async () => {
      const now = await versions(fleet, APP);
      expect(new Set(Object.values(now)).size).toBe(1);
      expect(now['alpha']).toBe(result.code === 0 ? version : `1.${rev - 1}.0`);
    });
  });
});
