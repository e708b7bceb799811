/** An agent whose `hosts:` has changed is stopped where it ran before it starts where it goes: forward and on every way back. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { fault, isStep, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'movers';
const HOSTS = ['alpha', 'beta'];
// It takes its time to stop, so that whoever does not wait for that is seen.
const bot = (host: string): object => ({
  command: fault('slow-stop.mjs', '1'),
  hosts: [host],
  stop_grace_period: '30s',
});
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;

interface AgentEvent {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly host: string;
  readonly agent?: string;
}

/** Where it runs, as the machine shows it. */
const where = (): string[] => cluster.agents(undefined, 'bot').map(({ host }) => host);

async function told(): Promise<AgentEvent[]> {
  const events = (await cluster.cli('events', '-n', '1000', '--json')).events<AgentEvent>();
  return events.filter(({ agent }) => agent === 'bot');
}

/** What was done, and that of its two lives on two hosts the one had ended when the other began. */
async function expectMoved(from: string, to: string, act: () => Promise<void>): Promise<void> {
  expect(where()).toEqual([from]);
  const known = new Set((await told()).map(({ id }) => id));
  await act();
  await eventually(() => expect(where()).toEqual([to]));
  const [stopped, started] = await eventually(async () => {
    const news = (await told()).filter(({ id }) => !known.has(id));
    const end = news.find(({ type, host }) => type === 'agent.stopped' && host === from);
    const start = news.find(({ type, host }) => type === 'agent.starting' && host === to);
    return end === undefined || start === undefined ? null : ([end, start] as const);
  });
  expect(stopped.at <= started.at, `${stopped.at} on ${from}, ${started.at} on ${to}`).toBe(true);
}

const all = (version: string): Record<string, string> => Object.fromEntries(HOSTS.map((host) => [host, version]));

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS });
  await cluster.push('1.0.0', tree(APP, { page: web(18741), bot: bot('alpha') }));
  await cluster.push('2.0.0', tree(APP, { page: web(18741), bot: bot('beta') }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(cluster.lastWords());
});
afterAll(() => cluster.stop());

it('forward, also where all hosts go at once', async () => {
  await expectMoved('alpha', 'beta', async () => {
    expect((await cluster.rollout('2.0.0', '--strategy', 'all-at-once')).code).toBe(0);
  });
  expect(await versions(cluster, APP)).toEqual(all('2.0.0'));
});

it.each([['immediate'], ['emergency'], ['graceful']])('back, by a rollback that is %s', async (strategy) => {
  if (where()[0] === 'alpha') expect((await cluster.rollout('2.0.0')).code).toBe(0);
  await expectMoved('beta', 'alpha', async () => {
    const { code, stderr } = await cluster.cli('rollback', '--to', '1.0.0', '--strategy', strategy, '--yes', '--json');
    expect([code, stderr]).toEqual([0, '']);
  });
  expect(await versions(cluster, APP)).toEqual(all('1.0.0'));
});

it('against the order of the names of hosts, and back where the rollout is aborted', async () => {
  expect((await cluster.rollout('2.0.0')).code).toBe(0);
  const run = cluster.follow([
    'rollout',
    '--version',
    '1.0.0',
    '--yes',
    '--json',
    '--bake',
    '1h',
    '--strategy',
    'all-at-once',
  ]);
  await expectMoved('beta', 'alpha', async () => {
    await run.line(isStep('beta', 'trial'));
    // Its bake would last an hour.
    expect((await cluster.cli('rollout', 'promote', '--app', APP)).code).toBe(0);
    await run.line(isStep('alpha', 'trial'));
  });
  await expectMoved('alpha', 'beta', async () => {
    expect((await cluster.cli('rollout', 'abort', '--app', APP)).code).toBe(0);
    expect((await run.result).code).toBe(21);
  });
  expect(await versions(cluster, APP)).toEqual(all('2.0.0'));
});
