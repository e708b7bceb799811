/** Several apps in one rollout, with real processes: together on each host, and all back where one of them fails. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Event as AnyEvent, fault, isStep, lastEvent, pids, tree, versions, web } from '../support/rollout-kit.js';

type Event = AnyEvent & { readonly app?: string; readonly version?: string };

const PORT = { ant: 18601, bee: 18602, cow: 18603 };
const BOTH = ['--app', 'bee,ant'];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'], sidecar: { samples: { every: '200ms', keep: '1m' } } });
});
afterAll(() => cluster.stop());

type App = keyof typeof PORT;
const push = (app: App, version: string, rev: number, more: object = {}, gates: readonly object[] = []) =>
  cluster.push(version, { ...tree(app, { vision: web(PORT[app], rev, more) }), gates });

/** Ends at once on a host, and is well elsewhere. */
const failsOn = (host: string, app: App): object => {
  const well = fault('healthy.mjs', `\${OUTRIDER_HOST_ADDRESS}:${PORT[app]}`).join(' ');
  return { command: ['sh', '-c', `[ "$OUTRIDER_HOST" = ${host} ] && echo "no ${app} here" && exit 3; exec ${well}`] };
};

const everywhere = (version: string): Record<string, string> => ({ alpha: version, beta: version });
const expectVersions = async (ant: string, bee: string): Promise<void> => {
  expect({ ant: await versions(cluster, 'ant'), bee: await versions(cluster, 'bee') }).toEqual({
    ant: everywhere(ant),
    bee: everywhere(bee),
  });
};

/** `host/app:what` of each step, in the order in which they were told, each once. */
const steps = (events: readonly Event[], what: string): string[] => [
  ...new Set(
    events.filter(({ type }) => type === `rollout.host.${what}`).map(({ host = '', app = '' }) => `${host}/${app}`),
  ),
];

const get = async (path: string): Promise<unknown> =>
  (await fetch(`http://${cluster.layout.network}.1:7777${path}`)).json();

const PLACES = ['alpha/ant', 'alpha/bee', 'beta/ant', 'beta/bee'];

it('shows one plan, brings both apps to each host, and keeps one record', async () => {
  await push('ant', '1.0.0', 1);
  await push('bee', '1.0.0', 1);
  const text = await cluster.cli('rollout', '--version', '1.0.0', ...BOTH, '--plan');
  expect(text.code).toBe(10);
  expect(text.stdout).toMatch(/^Plan [0-9a-f]{12} for ant,bee 1\.0\.0 \(rolling, the canary is over with wave 1\)/);
  expect(text.stdout).toContain('alpha ant: nothing -> 1.0.0 (wave 1)');
  expect(text.stdout).toContain('beta bee: nothing -> 1.0.0 (wave 2)');
  const plan = await cluster.cli('rollout', '--version', '1.0.0', '--app', 'ant,bee', '--plan', '--json');
  const made = plan.json<Plan>();
  expect(made).toMatchObject({ app: 'ant,bee', problems: [], canaryWave: 1 });
  expect(made.hosts.map(({ host, app, wave }) => `${host}/${app ?? ''} ${wave}`)).toEqual([
    ...['alpha/ant 1', 'alpha/bee 1', 'beta/ant 2', 'beta/bee 2'],
  ]);
  expect(made.hosts.every(({ facts }) => (facts?.diskNeededBytes ?? 0) > 0)).toBe(true);

  const result = await cluster.rollout('1.0.0', ...BOTH, '--expect-plan', made.plan);
  expect([result.code, result.stderr]).toEqual([0, '']);
  const events = result.events<Event>();
  expect(steps(events, 'committed').sort()).toEqual(PLACES);
  // The second host begins once the first has both on trial.
  expect(steps(events, 'switching').map((step) => step.split('/')[0])).toEqual(['alpha', 'alpha', 'beta', 'beta']);
  const last = lastEvent(result) as Event;
  expect(last).toMatchObject({ type: 'rollout.succeeded', app: 'ant,bee', version: '1.0.0' });
  expect(last.data).toMatchObject({
    hosts: { alpha: 'committed', beta: 'committed' },
    apps: { ant: { alpha: 'committed', beta: 'committed' }, bee: { alpha: 'committed', beta: 'committed' } },
  });
  await expectVersions('1.0.0', '1.0.0');

  const id = last.rollout ?? '';
  for (const app of ['ant', 'bee', 'bee,ant']) {
    const record = (await cluster.cli('rollout', 'status', '--app', app, '--json')).json<Rollout>();
    expect([record.id, record.apps?.map((one) => one.app)]).toEqual([id, ['ant', 'bee']]);
    expect(record.hosts.map(({ host, app: of }) => `${host}/${of ?? ''}`)).toEqual(PLACES);
  }
  expect(await get(`/rollout?app=bee`)).toMatchObject({ id, hosts: [{ host: 'alpha', app: 'ant' }, {}, {}, {}] });
  expect(await get('/status')).toMatchObject({
    app: 'ant,bee',
    hosts: [{ rollout_state: 'committed' }, { rollout_state: 'committed' }],
  });
  expect((await cluster.cli('rollout', 'ls')).stdout).toMatch(new RegExp(`^${id} +rollout +ant,bee +- -> 1.0.0`, 'm'));
  expect((await cluster.cli('rollout', 'status', id)).stdout).toMatch(/alpha +ant +committed[^]*beta +bee +committed/);
  expect((await cluster.cli('events', '--rollout', id)).stdout).toMatch(/ beta\/bee switching 1\.0\.0/);
  expect((await cluster.rollout('1.0.0', ...BOTH)).code).toBe(0);
});

it('refuses what can be no rollout of several apps, with a sentence', async () => {
  await push('ant', '1.1.0', 1);
  const refused = async (...words: readonly string[]): Promise<[number | null, string]> => {
    const { code, stderr } = await cluster.cli('rollout', ...words, '--plan');
    return [code, stderr.trim()];
  };
  expect(await refused('--version', '1.1.0', '--app', 'ant,bee')).toEqual([
    2,
    expect.stringMatching(/There is no release 1\.1\.0 of bee\. Did you mean 1\.0\.0\?$/),
  ]);
  expect(await refused('--version', 'latest', '--app', 'ant,bee')).toEqual([
    2,
    expect.stringMatching(/latest stands for 1\.1\.0 of ant and 1\.0\.0 of bee, and apps that roll out together/),
  ]);
  expect(await refused('--version', '1.0.0', '--app', 'ant,ant')).toEqual([2, expect.stringContaining('named twice')]);
  expect(await refused('--version', '1.0.0', '--app', 'ant,/x')).toEqual([2, expect.stringContaining('/x')]);
  expect(await refused('--version', '1.0.0', '--app', 'ant,dog')).toEqual([2, expect.stringMatching(/of dog/)]);
});

it('takes both apps back on both hosts where the second fails on the second host', async () => {
  await push('ant', '2.0.0', 2);
  await push('bee', '2.0.0', 2, failsOn('beta', 'bee'));
  const before = [pids(cluster, 'ant'), pids(cluster, 'bee')];
  const result = await cluster.rollout('2.0.0', ...BOTH);
  expect([result.code, result.stderr]).toEqual([20, '']);
  const last = lastEvent(result) as Event;
  expect(last).toMatchObject({
    type: 'rollout.rolled_back',
    reason: expect.stringContaining('vision on beta/bee') as string,
  });
  expect(last.data).toMatchObject({
    hosts: { alpha: 'reverted', beta: 'reverted' },
    culprit: { host: 'beta', app: 'bee', agent: 'vision' },
  });
  expect(steps(result.events<Event>(), 'trial')).toContain('alpha/bee');
  expect(steps(result.events<Event>(), 'reverting').map((step) => step.split('/')[0])).toEqual([
    ...['beta', 'beta', 'alpha', 'alpha'],
  ]);
  await expectVersions('1.0.0', '1.0.0');
  await eventually(() => {
    const after = [pids(cluster, 'ant'), pids(cluster, 'bee')];
    expect(after.map((one) => Object.keys(one).sort())).toEqual(before.map((one) => Object.keys(one).sort()));
  });

  const id = last.rollout ?? '';
  const shown = await cluster.cli('rollout', 'status', id);
  expect([shown.code, shown.stdout]).toEqual([20, expect.stringMatching(/Cause: vision\.0 of bee on beta: /)]);
  const file = join(cluster.folder, 'evidence.tar.gz');
  expect((await cluster.cli('rollout', 'evidence', id, '--output', file)).code).toBe(0);
  const log = execFileSync('tar', ['-xzOf', file, '--wildcards', '*/logs/beta/bee/vision.log'], { encoding: 'utf8' });
  expect(log).toContain('no bee here');
});

let run: CliRun;

it('has both apps to itself while it runs, and no other', async () => {
  await push('ant', '3.0.0', 3);
  await push('bee', '3.0.0', 3, {}, [{ metric: 'agent_restarts', max: 0, interval: '200ms' }]);
  await push('cow', '1.0.0', 1);
  run = cluster.follow(['rollout', '--version', '3.0.0', ...BOTH, '--json', '--bake', '1h', '--no-canary']);
  await run.line(isStep('alpha', 'trial'));
  const second = await cluster.rollout('2.0.0', '--app', 'bee');
  expect([second.code, second.error()]).toEqual([4, expect.any(String)]);
  expect(second.stderr).toMatch(/A rollout of ant,bee to 3\.0\.0 \(r\d+\) is under way/);
  expect((await cluster.rollout('1.0.0', '--app', 'bee,cow')).code).toBe(4);
  expect((await cluster.rollout('1.0.0', '--app', 'cow')).code).toBe(0);
  const passed = await run.line((line) => line.includes('"type":"rollout.gate.passed"'));
  expect(JSON.parse(passed)).toMatchObject({ app: 'bee', data: { gate: 'bee/agent_restarts', app: 'bee' } });
});

it('hears what a person says to it by either name, and gives way as a whole to what supersedes one of them', async () => {
  expect((await cluster.cli('rollout', 'pause', '--app', 'ant')).code).toBe(0);
  expect((await cluster.cli('rollout', 'resume', '--app', 'bee')).code).toBe(0);
  await push('bee', '3.1.0', 4);
  const newer = await cluster.rollout('3.1.0', '--app', 'bee', '--supersede');
  expect(newer.code).toBe(0);
  const result = await run.result;
  expect([result.code, lastEvent(result).type]).toEqual([21, 'rollout.aborted']);
  await expectVersions('1.0.0', '3.1.0');
});

it('goes on where it was after the coordinator was killed midway, one app updated and one released anew', async () => {
  await push('ant', '4.0.0', 5);
  await push('cow', '4.0.0', 5);
  const next = cluster.follow(['rollout', '--version', '4.0.0', '--app', 'ant,cow', '--json', '--bake', '300ms']);
  await next.line(isStep('beta', 'switching'));
  await cluster.coordinator.kill();
  cluster.coordinator.start();
  const result = await next.result;
  expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
  expect([await versions(cluster, 'ant'), await versions(cluster, 'cow')]).toEqual([
    everywhere('4.0.0'),
    everywhere('4.0.0'),
  ]);
});

it('is rolled back as one, each app to what it had', async () => {
  const back = await cluster.cli('rollback', '--app', 'cow,ant', '--json');
  expect(back.code).toBe(0);
  expect(lastEvent(back)).toMatchObject({
    type: 'rollout.succeeded',
    app: 'ant,cow',
    data: { to: '1.0.0', apps: { ant: everywhere('committed'), cow: everywhere('committed') } },
  });
  expect([await versions(cluster, 'ant'), await versions(cluster, 'cow')]).toEqual([
    everywhere('1.0.0'),
    everywhere('1.0.0'),
  ]);
  const again = await cluster.cli('rollback', '--app', 'ant,cow');
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/as asked already[^]*--to/)]);
});

it('is aborted as a whole by an emergency, which asks for each app', async () => {
  await push('ant', '5.0.0', 6);
  await push('cow', '5.0.0', 6);
  const last = cluster.follow(['rollout', '--version', '5.0.0', '--app', 'ant,cow', '--json', '--bake', '1h']);
  await last.line(isStep('alpha', 'trial'));
  const emergency = await cluster.cli('emergency', '--yes', '--json');
  expect(emergency.code).toBe(0);
  const result = await last.result;
  expect(result.code).toBe(21);
  await eventually(async () => {
    expect([await versions(cluster, 'ant'), await versions(cluster, 'cow')]).toEqual([
      everywhere('1.0.0'),
      everywhere('1.0.0'),
    ]);
  });
});
