import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { watchForLeaks } from '@outrider/shared/testing/leaks.js';
import { type Cluster, startCluster } from './cluster.js';

const SLEEPER = { command: ['sleep', '3600'], stop_grace_period: '1s' };
let cluster: Cluster;
const noLeaks = watchForLeaks();

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['main-pc', 'pc2'] });
});
afterAll(async () => {
  await cluster.stop();
  expect(existsSync(cluster.folder)).toBe(false);
  await noLeaks();
});

it('runs a release on real processes, and shows them', async () => {
  await cluster.push('1.0.0', {
    agents: { sleeper: { ...SLEEPER, replicas: 2 }, one: { ...SLEEPER, hosts: ['pc2'] } },
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
