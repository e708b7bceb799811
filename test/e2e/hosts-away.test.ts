/** Hosts that the coordinator alone does not reach, that come back with another release, that come and go. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Event, isStep, lastEvent, pids, steps, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'crew';
const PORT = 18721;
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
let cluster: Cluster;

interface Shown {
  readonly name: string;
  readonly state: string;
  readonly cut_off: boolean;
  readonly flapping: boolean;
  readonly apps: readonly { readonly version: string; readonly drifted: { readonly expected: string } | null }[];
}
interface Status {
  readonly state: string;
  readonly missing: readonly string[];
  readonly drifted: readonly object[];
  readonly flapping: readonly string[];
}

const shown = async (host: string): Promise<Shown | undefined> =>
  (await cluster.cli('hosts', '--json')).json<Shown[]>().find(({ name }) => name === host);
const status = async (): Promise<Status> => (await cluster.cli('status', '--json')).json<Status>();
const events = async (host: string): Promise<Event[]> =>
  (await cluster.cli('events', '-n', '500', '--json'))
    .events<Event>()
    .filter((event) => event.host === host && event.type.startsWith('host.'));
const push = (version: string, rev: number): Promise<void> =>
  cluster.push(version, tree(APP, { vision: web(PORT, rev) }));
const rollout = (version: string, ...words: readonly string[]) => cluster.rollout(version, '--app', APP, ...words);

beforeAll(async () => {
  cluster = await startCluster({
    hosts: ['alpha', 'beta'],
    proxies: true,
    coordinator: { policy: { flap_half_life: '20s' } },
  });
  await push('1.0.0', 1);
  expect((await rollout('1.0.0')).code).toBe(0);
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cluster.lastWords());
});
afterAll(() => cluster.stop());

it('coordinator cut off from one host: it is no corpse, its agents run on, a plan says so, --skip-down leaves it out', async () => {
  const before = pids(cluster, APP);
  cluster.host('beta').fromCoordinator?.cut();
  await eventually(async () => expect(await shown('beta')).toMatchObject({ state: 'suspect', cut_off: true }), {
    timeoutMs: 60_000,
  });
  await eventually(async () => {
    const told = await events('beta');
    expect(told.at(-1)).toMatchObject({ type: 'host.suspect', reason: expect.stringContaining('Redis') as string });
    expect(told.map(({ type }) => type)).not.toContain('host.down');
  });
  expect(await status()).toMatchObject({ state: 'degraded' });
  expect(pids(cluster, APP)).toEqual(before);
  await push('2.0.0', 2);
  const refused = await rollout('2.0.0');
  expect([refused.code, refused.stderr]).toEqual([
    4,
    expect.stringMatching(/^Error: Host beta \(\S+\) lives, as Redis hears, but nothing reaches it .*--skip-down\.\n$/),
  ]);
  const without = await rollout('2.0.0', '--skip-down');
  expect(lastEvent(without)).toMatchObject({ type: 'rollout.succeeded', data: { hosts: { alpha: 'committed' } } });
  expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0', beta: '1.0.0' });
});

it('a host that comes back with another release has drifted: it is told, and left as it is', async () => {
  const before = pids(cluster, APP);
  cluster.host('beta').fromCoordinator?.heal();
  const drifted = {
    host: 'beta',
    app: APP,
    version: '1.0.0',
    expected: '2.0.0',
    rollout: expect.stringMatching(/^r/) as string,
  };
  await eventually(async () => expect((await status()).drifted).toEqual([drifted]), { timeoutMs: 60_000 });
  expect(await status()).toMatchObject({
    state: 'degraded',
    missing: ['crew 2.0.0 on beta, which has drifted'],
  });
  expect((await shown('beta'))?.apps).toMatchObject([{ version: '1.0.0', drifted: { expected: '2.0.0' } }]);
  expect((await shown('alpha'))?.apps).toMatchObject([{ version: '2.0.0', drifted: null }]);
  expect((await cluster.cli('hosts')).stdout).toMatch(/beta .*crew 1\.0\.0 \(.*drifted from 2\.0\.0\)/);
  expect((await cluster.cli('status')).stdout).toMatch(/drifted beta\s+crew 1\.0\.0 instead of 2\.0\.0 \(r\d+\)/);
  await eventually(async () => {
    const told = (await events('beta')).filter(({ type }) => type === 'host.drifted');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      reason: expect.stringMatching(
        /^beta runs crew 1\.0\.0, and r\d+ has left 2\.0\.0 there; bring it there with "coordinator rollout .*--hosts beta"$/,
      ) as string,
    });
  });
  expect(pids(cluster, APP)).toEqual(before);
  // The command that was named.
  const mended = await rollout('2.0.0', '--hosts', 'beta');
  expect(lastEvent(mended)).toMatchObject({ type: 'rollout.succeeded', data: { hosts: { beta: 'committed' } } });
  await eventually(async () => expect(await status()).toMatchObject({ state: 'ready', drifted: [], missing: [] }));
  expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0', beta: '2.0.0' });
});

it('a host that is taken back behind the back of the coordinator has drifted, and comes along with the next rollout', async () => {
  await push('3.0.0', 3);
  expect((await rollout('3.0.0')).code).toBe(0);
  const { remote } = cluster.host('beta');
  await remote.Emergency({ by: 'somebody', reason: 'by hand', host: 'beta', environment: 'local' });
  await eventually(async () => expect((await versions(cluster, APP))['beta']).toBe('2.0.0 held'));
  expect((await status()).drifted).toEqual([]);
  expect((await cluster.cli('host', 'resume', 'beta')).code).toBe(0);
  await eventually(
    async () => expect((await status()).drifted).toMatchObject([{ host: 'beta', version: '2.0.0', expected: '3.0.0' }]),
    { timeoutMs: 60_000 },
  );
  await push('4.0.0', 4);
  const next = await rollout('4.0.0');
  expect(lastEvent(next)).toMatchObject({ data: { hosts: { alpha: 'committed', beta: 'committed' } } });
  await eventually(async () => expect((await status()).drifted).toEqual([]));
});

it('a host that comes and goes is told once, and no wave begins on it before it is steady', async () => {
  await push('5.0.0', 5);
  const { fromCoordinator } = cluster.host('beta');
  const since = (await events('beta')).length;
  await eventually(
    async () => {
      fromCoordinator?.cut();
      await eventually(async () => (await shown('beta'))?.state !== 'up');
      fromCoordinator?.heal();
      await eventually(async () => (await shown('beta'))?.state === 'up');
      return (await status()).flapping.includes('beta');
    },
    { timeoutMs: 120_000 },
  );
  const run = cluster.follow(['rollout', '--version', '5.0.0', '--app', APP, '--yes', '--json', '--bake', '200ms'], {
    timeoutMs: 200_000,
  });
  await run.line(isStep('alpha', 'trial'));
  await eventually(
    async () =>
      expect((await cluster.cli('rollout', 'status', '--app', APP)).stdout).toContain(
        'waits for beta, which comes and goes, to be steady',
      ),
    { timeoutMs: 60_000 },
  );
  expect((await shown('beta'))?.flapping).toBe(true);
  const ended = await run.result;
  expect([ended.code, steps(ended.events<Event>(), 'switching')]).toEqual([0, ['alpha:switching', 'beta:switching']]);
  await eventually(async () => {
    const told = (await events('beta')).slice(since).map(({ type }) => type);
    expect(told.filter((type) => type === 'host.flapping')).toHaveLength(1);
    expect(told.slice(told.indexOf('host.flapping'))).toEqual(['host.flapping', 'host.up']);
  });
  expect(await versions(cluster, APP)).toEqual({ alpha: '5.0.0', beta: '5.0.0' });
});
