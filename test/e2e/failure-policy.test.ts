/**
 * The rows of the failure policy about a host that is gone, in each step of a rollout. Where the others are shown:
 *
 * an agent dies: supervision; many together: storm · the sidecar dies: sidecar-crash; is upgraded: upgrade · the host
 * reboots in trial: lab, and host-driver.test.ts · the coordinator dies: coordinator-crash, several-coordinators · an old
 * leader wakes up: several-coordinators, late-command · a host is cut off, flaps, comes back drifted: hosts-away · an
 * agent moves: moving-agents · Redis is away, set back, emptied: redis-faults; fails over: redis-topologies · a blob is
 * corrupt: rollout-staging; the disk is full: plan, and releases.test.ts · Ctrl-C: control, dev.test.ts.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliResult, CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { keptPhase } from '../support/host-state.js';
import { type Event, isStep, lastEvent, pids, steps, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'crew';
const PORT = 18701;
const HOSTS = ['alpha', 'beta'];
// Leases and patience have to run out.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
let cluster: Cluster;
let serial = 1;
let active = '1.0.0';
let version: string;

const both = (release: string): Record<string, string> => Object.fromEntries(HOSTS.map((host) => [host, release]));
const everywhere = (release: string): Promise<void> =>
  eventually(async () => expect(await versions(cluster, APP)).toEqual(both(release)), {
    timeoutMs: 90_000,
    describe: () => `${release} everywhere\n${cluster.lastWords()}`,
  });

const begin = (...words: readonly string[]): CliRun =>
  cluster.follow(
    [
      'rollout',
      '--version',
      version,
      '--app',
      APP,
      '--yes',
      '--json',
      '--bake',
      '200ms',
      '--confirm-within',
      '2s',
      ...words,
    ],
    { timeoutMs: 200_000 },
  );

/** Its sidecar dies at this point of the rollout that begins, and with it all that the host could say. */
async function goneAt(host: string, point: string): Promise<void> {
  const { daemon, remote } = cluster.host(host);
  await daemon.restart({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: point });
  await eventually(async () => (await remote.Status({}, { timeoutMs: 2_000 })).apps.every((app) => app.converged));
  await cluster.ready();
}

async function end(result: Promise<CliResult>, code: number): Promise<Event> {
  const ended = await result;
  expect([ended.code, ended.stderr]).toEqual([code, '']);
  return lastEvent(ended);
}

const isDown = (host: string): Promise<boolean> =>
  eventually(async () => {
    const { hosts } = await cluster.coordinatorRemote().Hosts({});
    return hosts.find(({ name }) => name === host)?.state === 'down';
  });

async function sleepUntil(moment: number): Promise<void> {
  await eventually(() => Date.now() > moment);
}

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS, proxies: true });
  await cluster.push(active, tree(APP, { vision: web(PORT) }));
  expect((await cluster.rollout(active, '--app', APP)).code).toBe(0);
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  serial += 1;
  version = `${serial}.0.0`;
  await cluster.push(version, tree(APP, { vision: web(PORT, serial) }));
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(cluster.lastWords());
  for (const { daemon, fromCoordinator, toRedis } of cluster.hosts.values()) {
    fromCoordinator?.heal();
    toRedis?.heal();
    if (!daemon.runs) daemon.start();
  }
  await cluster.ready();
});

it('host gone while it stages: nothing is switched until it is back, then the rollout goes on', async () => {
  const before = pids(cluster, APP);
  await goneAt('beta', 'state.write.after:running');
  const run = begin();
  await cluster.host('beta').daemon.ended();
  expect(keptPhase(cluster, 'beta', APP)).toBe('staging running');
  await isDown('beta');
  expect(pids(cluster, APP)).toEqual(before);
  cluster.host('beta').daemon.start();
  expect((await end(run.result, 0)).type).toBe('rollout.succeeded');
  active = version;
  await everywhere(active);
});

it('host gone while it stages, and not coming back: whoever is tired of it aborts, and nothing was touched', async () => {
  const before = pids(cluster, APP);
  await goneAt('beta', 'state.write.after:running');
  const run = begin();
  await cluster.host('beta').daemon.ended();
  await isDown('beta');
  expect((await cluster.cli('rollout', 'abort', '--app', APP)).code).toBe(0);
  expect((await end(run.result, 21)).type).toBe('rollout.aborted');
  expect(pids(cluster, APP)).toEqual(before);
  cluster.host('beta').daemon.start();
  await everywhere(active);
});

it('host gone while it switches: after its lease it counts as lost, the others are taken back, it is named; it goes back by itself', async () => {
  await goneAt('beta', 'state.write.after:switching');
  const run = begin();
  await cluster.host('beta').daemon.ended();
  expect(keptPhase(cluster, 'beta', APP)).toBe('switching');
  const last = await end(run.result, 22);
  expect(last).toMatchObject({
    type: 'rollout.stuck',
    reason: expect.stringMatching(
      /beta has not been reached for \d+ s.*beta (cannot be reached|did not come back)/,
    ) as string,
    data: { hosts: { alpha: 'reverted', beta: 'unreachable' } },
  });
  expect(await cluster.host('alpha').remote.Status({})).toMatchObject({ apps: [{ active: { version: active } }] });
  cluster.host('beta').daemon.start();
  await everywhere(active);
});

it('host cut off on trial: its own timer takes it back without a word from anybody, and then all go back', async () => {
  const run = begin('--bake', '1h');
  await run.line(isStep('alpha', 'trial'));
  cluster.host('alpha').fromCoordinator?.blackhole();
  cluster.host('alpha').toRedis?.blackhole();
  const { remote } = cluster.host('alpha');
  await eventually(async () => {
    const app = (await remote.Status({})).apps.find((one) => one.app === APP);
    expect([app?.active?.version, app?.candidate, app?.outcome?.reason]).toEqual([
      active,
      null,
      'the trial was not confirmed within 2 s',
    ]);
  });
  cluster.host('alpha').fromCoordinator?.heal();
  cluster.host('alpha').toRedis?.heal();
  expect(await end(run.result, 20)).toMatchObject({
    type: 'rollout.rolled_back',
    reason: expect.stringContaining('alpha') as string,
  });
  await everywhere(active);
});

it('host gone while it commits, back in time: the decision reaches it, and the rollout has succeeded', async () => {
  await goneAt('beta', 'state.write.before:idle');
  const run = begin('--confirm-within', '120s');
  await cluster.host('beta').daemon.ended();
  expect(keptPhase(cluster, 'beta', APP)).toBe('trial');
  await isDown('beta');
  cluster.host('beta').daemon.start();
  expect(await end(run.result, 0)).toMatchObject({ data: { hosts: { alpha: 'committed', beta: 'committed' } } });
  active = version;
  await everywhere(active);
});

it('host gone while it commits, until its lease is over: it goes back, and so do all that had committed', async () => {
  await goneAt('beta', 'state.write.before:idle');
  const run = begin();
  await cluster.host('beta').daemon.ended();
  await sleepUntil(Date.now() + 2_500);
  cluster.host('beta').daemon.start();
  expect(await end(run.result, 20)).toMatchObject({ data: { hosts: { alpha: 'reverted', beta: 'reverted' } } });
  await everywhere(active);
});

it('host gone while it goes back: the others go back without it, and it does once it is there again', async () => {
  await goneAt('beta', 'state.write.after:reverting');
  const run = begin('--bake', '1h', '--strategy', 'all-at-once', '--confirm-within', '120s');
  await run.line(isStep('alpha', 'trial'));
  await run.line(isStep('beta', 'trial'));
  expect((await cluster.cli('rollout', 'abort', '--app', APP)).code).toBe(0);
  await cluster.host('beta').daemon.ended();
  expect(keptPhase(cluster, 'beta', APP)).toBe('reverting');
  await run.line(isStep('alpha', 'reverted'));
  expect(await cluster.host('alpha').remote.Status({})).toMatchObject({ apps: [{ active: { version: active } }] });
  cluster.host('beta').daemon.start();
  const ended = await run.result;
  expect([ended.code, lastEvent(ended).type]).toEqual([21, 'rollout.aborted']);
  expect(steps(ended.events<Event>(), 'reverted')).toEqual(['alpha:reverted', 'beta:reverted']);
  await everywhere(active);
});
