/** The coordinator killed at each boundary of a rollout, and gone for good: the rollout ends, hosts are never in limbo. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { BOUNDARIES } from '../../packages/coordinator/src/engine/boundary.js';
import type { CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  type Event,
  clearMark,
  fault,
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

let cluster: Cluster;
let redis: Redis;
let last = 0;
const APP = 'crash';

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  redis = new Redis(cluster.redis.url);
  await cluster.push('1.0.0', tree(APP, { memory: web(18401), vision: web(18402) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(async () => {
  redis.disconnect();
  await cluster.stop();
});

const both = (version: string): Record<string, string> => ({ alpha: version, beta: version });
const dying = (at: string): Record<string, string> => ({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: at });

/** Another version: good, or with an agent that fails on beta. */
async function pushNext(more: Record<string, object> = {}): Promise<string> {
  last += 1;
  const version = `2.${last}.0`;
  await cluster.push(version, tree(APP, { memory: web(18401), vision: web(18402, 1 + last), ...more }));
  return version;
}

/** Begins with a coordinator that will die at `moment`. */
async function begin(version: string, moment: string): Promise<CliRun> {
  await cluster.coordinator.stop();
  cluster.coordinator.start(dying(moment));
  await cluster.ready();
  return cluster.follow(['rollout', '--version', version, '--json', '--bake', '200ms', '--timeout', '100s']);
}

/**
 * Starts the coordinator again each time it has died: to die once more at the next of these moments, and after the
 * last of them without. Returns how often it died.
 */
async function reviveUntilEnd(run: CliRun, moments: readonly string[]): Promise<number> {
  const ended = run.result.then(() => true);
  for (let deaths = 0; ; deaths += 1) {
    if (await Promise.race([ended, cluster.coordinator.ended().then(() => false)])) return deaths;
    memories();
    // The lease of the dead would run out; nobody waits for that here.
    await redis.del(fleetKeys('local').lease);
    const moment = moments[deaths];
    cluster.coordinator.start(moment === undefined ? {} : dying(moment));
  }
}

/** What ran before and was not to be changed; and that nothing runs twice. */
function memories(): (number | undefined)[] {
  const all = pids(cluster, APP);
  return [all['alpha/memory.0'], all['beta/memory.0']];
}

describe('killed at', () => {
  /** Counted anew by each coordinator: in one rollout they die further and further on; after `commit`, at each there is. */
  const MOMENTS: Record<(typeof BOUNDARIES)[number], readonly [string, ...string[]]> = {
    'commit.before': ['commit.before:1', 'commit.before:2', 'commit.before:3'],
    'commit.after': ['commit.after:1', ...Array.from({ length: 11 }, () => 'commit.after:1')],
    'perform.before': ['perform.before:1', 'perform.before:3'],
    'perform.after': ['perform.after:2', 'perform.after:2'],
    'ack.before': ['ack.before:1', 'ack.before:3'],
    'ack.after': ['ack.after:2', 'ack.after:2'],
  };

  it.each([...BOUNDARIES])(
    '%s, again and again: the rollout goes on to its end, seen by whoever watches',
    async (name) => {
      const before = memories();
      const version = await pushNext();
      const [first, ...more] = MOMENTS[name];
      const run = await begin(version, first);
      const deaths = await reviveUntilEnd(run, more);
      expect(deaths).toBeGreaterThan(name === 'commit.after' ? 5 : 1);
      const result = await run.result;
      expect([result.code, lastEvent(result)]).toMatchObject([
        0,
        { type: 'rollout.succeeded', data: { to: version, hosts: both('committed') } },
      ]);
      expect(steps(result.events<Event>(), 'switching')).toEqual(['alpha:switching', 'beta:switching']);
      expect(await versions(cluster, APP)).toEqual(both(version));
      expect(memories()).toEqual(before);
      expect(
        cluster
          .agents()
          .filter(({ agent }) => agent === 'vision')
          .map((one) => one.version),
      ).toEqual([version, version]);
    },
  );

  it('each commit of a rollout that fails: everything is taken back, exit code 20', async () => {
    const before = memories();
    const old = await versions(cluster, APP);
    const version = await pushNext({ broken: { command: fault('exit-at-once.sh', '9'), hosts: ['beta'] } });
    const run = await begin(version, 'commit.after:4');
    const each = Array.from({ length: 4 }, () => 'commit.after:1');
    expect(await reviveUntilEnd(run, each)).toBeGreaterThan(2);
    const result = await run.result;
    expect([result.code, lastEvent(result)]).toMatchObject([
      20,
      { type: 'rollout.rolled_back', data: { hosts: both('reverted'), culprit: { host: 'beta', agent: 'broken' } } },
    ]);
    expect(await versions(cluster, APP)).toEqual(old);
    expect(memories()).toEqual(before);
    expect(Object.keys(pids(cluster, APP))).toHaveLength(4);
  });
});

it('gone for good during trial: every host goes back by itself, also one that had finished its own part', async () => {
  const before = memories();
  const old = await versions(cluster, APP);
  const version = await pushNext({ vision: marked(cluster, APP, 18402) });
  setMark(cluster, APP, 'beta');
  await cluster.coordinator.stop();
  cluster.coordinator.start();
  await cluster.ready();
  const run = cluster.follow([
    ...['rollout', '--version', version, '--json', '--bake', '200ms', '--confirm-within', '4s', '--timeout', '100s'],
  ]);
  // alpha has baked by now. Paused, beta stays on trial for as long as somebody renews it.
  await run.line(isStep('beta', 'switching'));
  expect((await cluster.cli('rollout', 'pause')).code).toBe(0);
  clearMark(cluster, APP, 'beta');
  await run.line(isStep('beta', 'trial'));
  await cluster.coordinator.kill();

  await eventually(async () => expect(await versions(cluster, APP)).toEqual(old), { timeoutMs: 60_000 });
  expect(cluster.agents().filter((one) => one.version === version)).toEqual([]);
  expect(memories()).toEqual(before);
  expect(Object.keys(pids(cluster, APP))).toHaveLength(4);

  cluster.coordinator.start();
  const result = await run.result;
  expect([result.code, lastEvent(result).type]).toEqual([20, 'rollout.rolled_back']);
  expect(await versions(cluster, APP)).toEqual(old);
});
