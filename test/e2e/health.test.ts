/** `coordinator health test | report | history` on real hosts, with checks of several levels. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { FAULTS } from '../support/release-tree.js';

interface Result {
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly level: string;
  readonly probe: string;
  readonly status: string;
  readonly seconds: number | null;
  readonly reason: string;
  readonly at: string;
}
interface Report {
  readonly state: string;
  readonly score: number;
  readonly health_percentage: number;
  readonly agents: { readonly total: number; readonly healthy: number; readonly unhealthy: number };
  readonly per_agent: readonly { readonly agent: string; readonly state: string; readonly score: number }[];
  readonly trends: readonly {
    readonly metric: string;
    readonly agent: string;
    readonly hours: number;
    readonly sentence: string;
  }[];
}

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const WHERE = '${OUTRIDER_HOST_ADDRESS}:18301';
let cluster: Cluster;
const mark = (name: string): string => join(cluster.folder, name);

beforeAll(async () => {
  cluster = await startCluster({ sidecar: { samples: { every: '200ms', trend_every: '200ms' } } });
  const sleeper = { command: ['sleep', '3600'], stop_grace_period: '1s' };
  const web = {
    command: [process.execPath, join(FAULTS, 'unhealthy-on-mark.mjs'), WHERE, mark('bad')],
    healthcheck: [
      { tcp: { address: WHERE }, interval: '200ms' },
      { http: { url: `http://${WHERE}/` }, level: 'deep', critical: true, interval: '1h', for: 'readiness' },
      {
        exec: ['test', '!', '-e', mark('custom')],
        level: 'functional',
        critical: false,
        interval: '200ms',
        retries: 1,
      },
    ],
  };
  await cluster.push('1.0.0', { app: 'crew', agents: { web, bare: { ...sleeper, hosts: ['pc2'] } } });
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

const asked = async (
  ...words: readonly string[]
): Promise<{ code: number | null; results: Result[]; stderr: string }> => {
  const answer = await cluster.cli('health', 'test', '--json', ...words);
  return { code: answer.code, stderr: answer.stderr, results: answer.json<Result[]>() };
};
const short = ({ host, agent, level, probe, status }: Result): string => `${host} ${agent} ${level} ${probe} ${status}`;

it('runs the checks of a level and those below it on every host, and says where there is none', async () => {
  const deep = await asked('--level', 'deep');
  expect(deep.code).toBe(0);
  expect(deep.results.map(short).sort()).toEqual([
    'main-pc web basic tcp healthy',
    'main-pc web deep http healthy',
    'pc2 bare basic - none_declared',
    'pc2 bare deep - none_declared',
    'pc2 web basic tcp healthy',
    'pc2 web deep http healthy',
  ]);
  expect(deep.results.filter(({ seconds }) => seconds === null)).toHaveLength(2);
  const all = await asked('--host', 'main-pc', '--agent', 'web');
  expect(all.results.map(({ level, status }) => `${level} ${status}`)).toEqual([
    ...['basic healthy', 'deep healthy', 'functional healthy'],
    ...['integration none_declared', 'performance none_declared'],
  ]);
  const text = await cluster.cli('health', 'test', '--host', 'pc2');
  expect(text.stdout).toMatch(
    /pc2 +crew\/bare\.0 +basic, deep, functional, integration, performance +- +none declared/,
  );
});

it('answers 30 where there is nothing to ask, and names what is mistaken', async () => {
  const bare = await asked('--agent', 'bare');
  expect(bare.code).toBe(30);
  const { code, stderr } = await cluster.cli('health', 'test', '--agent', 'wep');
  expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean "web"?')]);
  expect((await cluster.cli('health', 'test', '--level', 'shallow')).code).toBe(2);
});

it('asks now, whatever the rhythm: a check that is bad by now is found at once, and ends with 30', async () => {
  writeFileSync(mark('bad'), '');
  const found = await cluster.cli('health', 'test', '--level', 'deep');
  rmSync(mark('bad'));
  expect(found.code).toBe(30);
  expect(found.stderr).toMatch(/2 are bad: crew\/web\.0 on main-pc is unhealthy \(deep http\)/);
  expect((await asked('--level', 'deep')).code).toBe(0);
});

it('scores agents and fleet; what is not critical makes an agent degraded, and changes are in its history', async () => {
  const report = async (): Promise<Report> => (await cluster.cli('health', 'report', '--json')).json<Report>();
  const remote = cluster.coordinatorRemote();
  expect(await report()).toMatchObject({ state: 'healthy', score: 1, health_percentage: 100, agents: { total: 2 } });
  writeFileSync(mark('custom'), '');
  await eventually(async () => expect((await remote.HealthReport({})).state).toBe('degraded'));
  const web = (await report()).per_agent.find(({ agent }) => agent === 'web');
  expect(web).toMatchObject({ state: 'degraded' });
  expect(web?.score).toBeLessThan(1);
  // Reported, and held against nobody.
  expect((await asked()).code).toBe(0);
  rmSync(mark('custom'));
  await eventually(async () => expect((await remote.HealthReport({})).state).toBe('healthy'));
  const history = async (): Promise<Result[]> =>
    (await cluster.cli('health', 'history', 'web', '-n', '50', '--host', 'pc2', '--json')).json<Result[]>();
  await eventually(async () =>
    expect((await history()).filter(({ probe }) => probe === 'exec').map(({ status }) => status)).toEqual([
      ...['healthy', 'unhealthy', 'healthy'],
    ]),
  );
  const kept = await history();
  expect(Object.keys(kept[0] ?? {})).toEqual(
    expect.arrayContaining(['at', 'host', 'agent', 'instance', 'level', 'probe', 'status', 'seconds', 'reason']),
  );
  expect([...kept].sort((a, b) => (a.at < b.at ? 1 : -1)).map(({ at }) => at)).toEqual(kept.map(({ at }) => at));
  expect(kept.length).toBeLessThan(12);
  const text = await cluster.cli('health', 'report');
  expect(text.stdout).toMatch(/^The fleet is healthy, score 1\.00: 2 healthy, 0 degraded, 0 unhealthy of 2 agents/);
  expect((await cluster.cli('health', 'history', 'web')).stdout).toMatch(/pc2 +0 +functional +exec +healthy/);
});

it('warns of what is on its way to its limit, in the report and in the metrics', async () => {
  // Each answer takes longer than the one before.
  const slower = `
    const [host, port] = process.env.WHERE.split(':');
    const began = Date.now();
    require('node:http').createServer((_, response) => setTimeout(() => response.end(), (Date.now() - began) / 20)).listen(Number(port), host);`;
  const where = '${OUTRIDER_HOST_ADDRESS}:18302';
  const agent = {
    command: [process.execPath, '-e', slower],
    environment: { WHERE: where },
    hosts: ['main-pc'],
    healthcheck: {
      ...{ http: { url: `http://${where}/` }, level: 'performance', critical: false },
      ...{ interval: '100ms', timeout: '3s' },
    },
  };
  await cluster.push('1.0.0', { app: 'slower', agents: { agent } });
  expect((await cluster.rollout('1.0.0', '--app', 'slower')).code).toBe(0);
  const report = async (): Promise<Report> =>
    (await cluster.cli('health', 'report', '--app', 'slower', '--json')).json<Report>();
  const [trend] = await eventually(
    async () => {
      const { trends } = await report();
      return trends.length === 0 ? null : trends;
    },
    { timeoutMs: 55_000 },
  );
  expect(trend).toMatchObject({ metric: 'latency', agent: 'agent', limit: 3 });
  expect(trend?.sentence).toMatch(/^latency of slower\/agent\.0 on main-pc (reaches 3\.000 s in about|is at 3\.000 s)/);
  const metrics = await (await fetch(`http://${cluster.host('main-pc').address}:8000/metrics`)).text();
  expect(metrics).toMatch(/outrider_trend_hours\{[^}]*agent="agent"[^}]*metric="latency"/);
  const fleet = await (await fetch(`http://${cluster.layout.network}.1:7777/metrics`)).text();
  expect(fleet).toMatch(/^outrider_fleet_health_score (0\.\d+|1)$/m);
  // The sidecar that comes after goes on with what this one leaves it.
  const { daemon } = cluster.host('main-pc');
  await daemon.stop();
  const left = JSON.parse(readFileSync(join(cluster.folder, 'main-pc/run/trends.json'), 'utf8')) as {
    readonly series: Readonly<Record<string, { readonly value: readonly number[] }>>;
  };
  expect(left.series[['slower', 'agent', 0, 'latency'].join('\0')]?.value.length).toBeGreaterThanOrEqual(10);
  daemon.start();
  await cluster.ready();
  await eventually(async () => (await report()).trends.length > 0);
});

it('a host that is gone makes the answer bad, and its agents unhealthy', async () => {
  for (const { pid } of cluster.agents('pc2')) process.kill(pid, 'SIGKILL');
  await cluster.host('pc2').daemon.kill();
  await eventually(async () => expect(await asked('--agent', 'web')).toMatchObject({ code: 30 }), {
    timeoutMs: 40_000,
  });
  const { results } = await asked('--agent', 'web');
  expect(results.find(({ host }) => host === 'pc2')).toMatchObject({ probe: 'process', status: 'unknown' });
  await eventually(
    async () => {
      const report = (await cluster.cli('health', 'report', '--json')).json<Report>();
      expect(
        report.per_agent.filter(({ agent }) => agent !== 'agent').map(({ agent, state }) => `${agent} ${state}`),
      ).toEqual(['bare unhealthy', 'web degraded']);
    },
    { timeoutMs: 60_000 },
  );
  cluster.host('pc2').daemon.start();
  await cluster.ready();
  await eventually(async () => expect((await asked('--agent', 'web')).code).toBe(0), { timeoutMs: 60_000 });
  const history = await cluster.cli('health', 'history', 'bare', '--json');
  expect(history.json<Result[]>()[0]).toMatchObject({ agent: 'bare', probe: 'process', status: 'healthy' });
});

it('the history of an agent that no host has any more is found by its name, and the app asked for where two had it', async () => {
  const sleeper = { command: ['sleep', '3600'], stop_grace_period: '1s', hosts: ['main-pc'] };
  const release = async (app: string, version: string, ...names: readonly string[]): Promise<void> => {
    await cluster.push(version, { app, agents: Object.fromEntries(names.map((name) => [name, sleeper])) });
    expect((await cluster.rollout(version, '--app', app)).code).toBe(0);
  };
  const history = (...words: readonly string[]) => cluster.cli('health', 'history', ...words, '--json');
  const kept = (...words: readonly string[]): Promise<Result[]> =>
    eventually(async () => {
      const { code, stdout } = await history(...words);
      const results = code === 0 ? (JSON.parse(stdout) as Result[]) : [];
      return results.length > 0 ? results : null;
    });
  await release('first', '1.0.0', 'lonely', 'stays');
  await kept('lonely');
  await release('first', '2.0.0', 'stays');
  expect((await cluster.cli('agents', '--json')).stdout).not.toContain('lonely');
  expect(await kept('lonely')).toEqual(await kept('lonely', '--app', 'first'));
  await release('second', '1.0.0', 'lonely', 'stays');
  await kept('lonely', '--app', 'second');
  await release('second', '2.0.0', 'stays');
  expect(await history('lonely')).toMatchObject({
    code: 2,
    stderr: 'Error: app: first, second each had an agent lonely; name one of them (--app).\n',
  });
  expect(await history('lonly')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no agent lonly') as string,
  });
});
