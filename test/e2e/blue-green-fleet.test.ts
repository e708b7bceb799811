/** Blue-green over two hosts, through the coordinator: the new set beside the old one, committed or gone back from. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Load } from '../support/load.js';
import { asked, fault, isStep, lastEvent, steps, versions, type Event } from '../support/rollout-kit.js';

const APP = 'pages';
const PORT = 18761;
const HOSTS = ['alpha', 'beta'];
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;

const tree = (release: string) => ({
  app: APP,
  files: { 'keep.txt': 'the same' },
  agents: {
    page: {
      ...{ environment: { RELEASE: release }, files: ['keep.txt'], stop_grace_period: '30s' },
      command: fault('shared-socket.mjs', '200'),
      sockets: [{ name: 'http', listen: `\${OUTRIDER_HOST_ADDRESS}:${PORT}` }],
      healthcheck: asked(PORT),
    },
  },
});

const all = (version: string): Record<string, string> => Object.fromEntries(HOSTS.map((host) => [host, version]));
const pages = (host: string): Record<string, number> =>
  Object.fromEntries(cluster.agents(host, 'page').map(({ version, pid }) => [version, pid]));
const kept = async (host: string): Promise<{ readonly version: string; readonly pid: number }[]> => {
  const { instances } = await cluster.host(host).remote.Status({});
  return instances.filter((one) => one.kept === true).map(({ version, pid }) => ({ version, pid }));
};

const begin = (version: string, ...words: readonly string[]): CliRun =>
  cluster.follow(['rollout', '--version', version, '--yes', '--json', '--strategy', 'blue-green', ...words]);

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS });
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) await cluster.push(version, tree(version));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cluster.lastWords());
});
afterAll(() => cluster.stop());

it('keeps the old set frozen on every host until the commit, and goes back to the very same processes', async () => {
  const before = HOSTS.map((host) => pages(host)['1.0.0']);
  const loads = HOSTS.map((host) => new Load({ host: cluster.host(host).address, port: PORT }));
  const run = begin('2.0.0', '--bake', '1h');
  await run.line(isStep('alpha', 'trial'));
  // The wave is good: the next begins, and bakes for an hour.
  expect((await cluster.cli('rollout', 'promote')).code).toBe(0);
  await run.line(isStep('beta', 'trial'));
  for (const [index, host] of HOSTS.entries()) {
    const pid = before[index] ?? 0;
    await eventually(async () => expect(await kept(host)).toEqual([{ version: '1.0.0', pid }]));
    expect(Object.keys(pages(host)).sort()).toEqual(['1.0.0', '2.0.0']);
  }
  await Promise.all(loads.map((load) => load.more(50)));

  expect((await cluster.cli('rollout', 'abort')).code).toBe(0);
  const ended = await run.result;
  expect([ended.code, steps(ended.events<Event>(), 'reverted')]).toEqual([21, ['beta:reverted', 'alpha:reverted']]);
  expect(await versions(cluster, APP)).toEqual(all('1.0.0'));
  expect(HOSTS.map(pages)).toEqual(before.map((pid) => ({ '1.0.0': pid })));
  // They answer, so they are thawed.
  await Promise.all(loads.map((load) => load.more(50)));
  await Promise.all(loads.map((load) => load.end()));
  expect(loads.flatMap((load) => load.failed)).toEqual([]);
});

it('ends the old set once all hosts have committed', async () => {
  const loads = HOSTS.map((host) => new Load({ host: cluster.host(host).address, port: PORT }));
  const result = await begin('3.0.0', '--bake', '200ms').result;
  expect(lastEvent(result)).toMatchObject({
    type: 'rollout.succeeded',
    data: { hosts: { alpha: 'committed', beta: 'committed' } },
  });
  expect(await versions(cluster, APP)).toEqual(all('3.0.0'));
  await eventually(() => expect(HOSTS.map((host) => Object.keys(pages(host)))).toEqual([['3.0.0'], ['3.0.0']]));
  await Promise.all(loads.map((load) => load.more(50)));
  await Promise.all(loads.map((load) => load.end()));
  expect(loads.flatMap((load) => load.failed)).toEqual([]);
});
