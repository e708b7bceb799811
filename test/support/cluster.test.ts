import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf, watchForLeaks } from '@outrider/shared/testing/leaks.js';
import { type Cluster, startCluster } from './cluster.js';

const SLEEPER = { command: ['sleep', '3600'], stop_grace_period: '1s' };
let cluster: Cluster;
const noLeaks = watchForLeaks();

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['main-pc', 'pc2'], proxies: true, labels: { pc2: { gpu: 'true' } } });
});
afterAll(async () => {
  await cluster.stop();
  expect(existsSync(cluster.folder)).toBe(false);
  await noLeaks();
});

it('runs a release on real processes, and shows them', async () => {
  await cluster.push('1.0.0', {
    agents: { sleeper: { ...SLEEPER, replicas: 2 }, one: { ...SLEEPER, hosts: ['gpu=true'] } },
  });
  const { code, stderr } = await cluster.rollout('1.0.0');
  expect([code, stderr]).toEqual([0, '']);
  expect(
    cluster
      .agents()
      .map(({ host, agent, instance }) => `${host}/${agent}.${instance}`)
      .sort(),
  ).toEqual(['main-pc/sleeper.0', 'main-pc/sleeper.1', 'pc2/one.0', 'pc2/sleeper.0', 'pc2/sleeper.1']);
});

it('kills and restarts each part, agents untouched', async () => {
  const before = cluster
    .agents()
    .map(({ pid }) => pid)
    .sort();
  await cluster.coordinator.restart();
  await cluster.host('pc2').daemon.restart();
  await cluster.ready();
  await eventually(async () => (await cluster.host('pc2').remote.Status({})).instances.every(({ ready }) => ready));
  expect(
    cluster
      .agents()
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual(before);
});

it('cuts a host off, and heals it', async () => {
  const states = async () =>
    (await cluster.coordinatorRemote().Hosts({})).hosts.map(({ name, state }) => `${name} ${state}`);
  cluster.host('pc2').fromCoordinator?.cut();
  await eventually(async () => expect(await states()).not.toContain('pc2 up'));
  cluster.host('pc2').fromCoordinator?.heal();
  await eventually(async () => expect(await states()).toEqual(['main-pc up', 'pc2 up']));
});

it('fails where something is left, and ends it all the same', async () => {
  const other = await startCluster({ hosts: ['pc2'] });
  const { pid } = spawn('sleep', ['3600'], { cwd: other.folder, stdio: 'ignore', detached: true });
  await expect(other.stop()).rejects.toThrow(/nothing of the cluster to be left, but there is:\n\d+ sleep 3600/);
  await eventually(() => !processesOf({ folder: other.folder }).some((found) => found.pid === pid));
  expect(existsSync(other.folder)).toBe(false);
});
