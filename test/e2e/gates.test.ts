/** Gates over real hosts: a new version that is worse is taken back by its gate, without any Prometheus server. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { CliResult } from '../support/cli-run.js';
import { asked, type Event, fault, lastEvent, tree, versions, web } from '../support/rollout-kit.js';
import { WITH_ZEROMQ } from '../support/talkative.js';

const HOSTS = ['alpha', 'beta'];
let cluster: Cluster;
let prometheus: Server;
/** What the server that stands for Prometheus answers, by query. */
const answers = new Map<string, () => { readonly status: number; readonly body: unknown }>();
const queries: string[] = [];

beforeAll(async () => {
  prometheus = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const query = new URLSearchParams(Buffer.concat(pieces).toString()).get('query') ?? '';
      queries.push(`${request.method ?? ''} ${request.url ?? ''} ${query}`);
      const { status, body } = answers.get(query)?.() ?? { status: 200, body: vector() };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(prometheus, 'listening');
  const { port } = prometheus.address() as AddressInfo;
  cluster = await startCluster({
    hosts: HOSTS,
    sidecar: { samples: { every: '200ms', keep: '1m' } },
    coordinator: { prometheus: { url: `http://127.0.0.1:${port}` } },
  });
});
afterAll(async () => {
  prometheus.close();
  await cluster.stop();
});

const vector = (...values: string[]): object => ({
  status: 'success',
  data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

const everywhere = (version: string): Record<string, string> =>
  Object.fromEntries(HOSTS.map((host) => [host, version]));

/** Version 1 with good agents, then version 2 with these and gates, to its end. */
async function upgrade(
  app: string,
  [good, worse]: readonly [Record<string, object>, Record<string, object>],
  gates: readonly object[],
  ...words: readonly string[]
): Promise<CliResult> {
  await cluster.push('1.0.0', tree(app, good));
  expect((await cluster.rollout('1.0.0', '--app', app)).code).toBe(0);
  await cluster.push('2.0.0', { ...tree(app, worse), gates });
  return cluster.rollout('2.0.0', '--app', app, ...words);
}

const gateEvents = (result: CliResult, type: string): Event[] =>
  result.events<Event>().filter((event) => event.type === `rollout.gate.${type}`);

/** It was this gate that had it taken back, on the first host, which is where the agent was found. */
async function expectTakenBack(result: CliResult, app: string, gate: string, agent: string): Promise<Event> {
  expect([result.code, result.stderr]).toEqual([20, '']);
  const [failed] = gateEvents(result, 'failed');
  expect(failed).toMatchObject({ host: 'alpha', data: { gate, host: 'alpha', agent } });
  expect(lastEvent(result)).toMatchObject({
    type: 'rollout.rolled_back',
    data: { hosts: { alpha: 'reverted', beta: 'staged' }, culprit: { host: 'alpha', agent } },
  });
  expect(lastEvent(result).reason).toContain(`the gate ${gate} failed: ${agent} on alpha`);
  expect(await versions(cluster, app)).toEqual(everywhere('1.0.0'));
  return failed!;
}

it('a version that restarts again and again', async () => {
  // Health lets it pass: no critical check holds it up.
  const healthcheck = { exec: ['true'], critical: false, interval: '1s' };
  const calm = { worker: { command: ['sleep', '1000'], healthcheck } };
  const restless = { worker: { command: fault('exit-after.mjs', '1.5', '3'), healthcheck } };
  const result = await upgrade(
    'restless',
    [calm, restless],
    [{ metric: 'agent_restarts', max: 0, interval: '100ms' }],
    '--bake',
    '60s',
  );
  const failed = await expectTakenBack(result, 'restless', 'agent_restarts', 'worker');
  expect(failed.data).toMatchObject({ limit: 0 });
  expect(failed.data?.['value']).toBeGreaterThan(0);
  expect(failed.reason).toMatch(/^worker on alpha: \d+ restarts, more than max 0$/);
});

it('a version that tells of errors, compared with the one before', async () => {
  const speaker = (severity: string): object => ({
    command: fault('many-errors.cjs', severity),
    environment: { ...WITH_ZEROMQ },
  });
  const gates = [{ metric: 'errors_per_minute', compare: 'before', max_ratio: 1.5, min_samples: 3, interval: '100ms' }];
  const result = await upgrade(
    'errors',
    [{ speaker: speaker('warning') }, { speaker: speaker('error') }],
    gates,
    '--bake',
    '60s',
  );
  const failed = await expectTakenBack(result, 'errors', 'errors_per_minute', 'speaker');
  expect(failed.reason).toContain('0 errors a minute before the switch; ratio without end');
});

it('a version that grows', async () => {
  const growing = {
    eater: { ...web(18101), command: fault('grow-memory.mjs', '${OUTRIDER_HOST_ADDRESS}:18101', '2') },
  };
  const gates = [{ metric: 'memory_growth', max: '50M', interval: '100ms' }];
  const result = await upgrade('growing', [{ eater: web(18101) }, growing], gates, '--bake', '60s');
  const failed = await expectTakenBack(result, 'growing', 'memory_growth', 'eater');
  expect(failed.reason).toMatch(/MiB a minute of growth, more than max 50 MiB$/);
});

it('a version that answers slower than the hosts that are not switched yet', async () => {
  const always = join(cluster.folder, 'slow.mark');
  writeFileSync(always, '');
  const check = asked(18111, { timeout: '5s' });
  const slow = {
    answerer: {
      ...web(18111),
      command: fault('slow-answers.mjs', '${OUTRIDER_HOST_ADDRESS}:18111', always, '400'),
      healthcheck: check,
    },
  };
  const gates = [{ metric: 'probe_seconds', compare: 'hosts', max_ratio: 3, min_samples: 3, interval: '100ms' }];
  const result = await upgrade(
    'slow',
    [{ answerer: { ...web(18111), healthcheck: check } }, slow],
    gates,
    '--bake',
    '60s',
  );
  const failed = await expectTakenBack(result, 'slow', 'probe_seconds', 'answerer');
  expect(failed.reason).toContain('on hosts not yet switched; ratio');
});

it('a version that does less than it should, by a metric of its own', async () => {
  const gates = [{ bus: 'tasks_done', min: 60, min_samples: 5, interval: '100ms', agents: ['worker'] }];
  const worker = (pace: number): object => ({
    command: fault('count-tasks.cjs', `${pace}`),
    environment: { ...WITH_ZEROMQ },
  });
  const result = await upgrade('lazy', [{ worker: worker(100) }, { worker: worker(5_000) }], gates, '--bake', '60s');
  const failed = await expectTakenBack(result, 'lazy', 'tasks_done', 'worker');
  expect(failed.reason).toMatch(/tasks_done a minute, less than min 60$/);
});

it('a good version passes all of them, and the bake waits for the last', async () => {
  let looks = 0;
  answers.set('slow_to_come', () => ({ status: 200, body: (looks += 1) > 0 ? vector('0.1', '0.2') : vector() }));
  const gates = [
    { metric: 'agent_restarts', max: 0, interval: '200ms' },
    { metric: 'unready_seconds', max: 0, interval: '200ms' },
    { metric: 'errors_per_minute', compare: 'before', max_ratio: 1.5, min_samples: 2, interval: '200ms' },
    { metric: 'probe_seconds', max: '5s', interval: '200ms' },
    { metric: 'memory_growth', max: '10G', interval: '200ms' },
    { promql: 'slow_to_come', max: 0.25, interval: '100ms', count: 4, name: 'latency' },
    { exec: ['sh', '-c', 'test "$OUTRIDER_VERSION:$OUTRIDER_FROM" = 2.0.0:1.0.0 && echo well'] },
  ];
  await cluster.push('1.0.0', tree('good', { memory: web(18121) }));
  expect((await cluster.rollout('1.0.0', '--app', 'good')).code).toBe(0);
  await cluster.push('2.0.0', { ...tree('good', { memory: web(18121, 2) }), gates });
  const plan = await cluster.cli('rollout', '--version', '2.0.0', '--app', 'good', '--plan', '--json');
  expect(plan.json()).toMatchObject({
    gates: [
      'agent_restarts',
      'unready_seconds',
      'errors_per_minute',
      'probe_seconds',
      'memory_growth',
      'latency',
      'exec',
    ],
  });
  const result = await cluster.rollout('2.0.0', '--app', 'good', '--bake', '0s');
  expect([result.code, result.stderr]).toEqual([0, '']);
  const passed = gateEvents(result, 'passed').map(({ data }) => String(data?.['gate']));
  // Each in each of the two bakes, and health.
  for (const name of [...gates.map((_, index) => passed[index]), 'health', 'latency', 'exec']) {
    expect([name, passed.filter((one) => one === name).length]).toEqual([name, 2]);
  }
  expect(queries.filter((query) => query === 'POST /api/v1/query slow_to_come').length).toBeGreaterThanOrEqual(8);
  const metrics = await (await fetch(`http://${cluster.layout.network}.1:7777/metrics`)).text();
  expect(metrics).toMatch(/outrider_gate_samples_total\{gate="latency",result="pass"\} \d+/);
  expect(metrics).toMatch(/outrider_gate_samples_total\{gate="health",result="pass"\} \d+/);
});

it('Prometheus: above the limit, no data, and an error that lasts', async () => {
  const rollout = async (version: string, gate: object): Promise<CliResult> => {
    await cluster.push(version, { ...tree('asked', { memory: web(18131, Number(version[0])) }), gates: [gate] });
    return cluster.rollout(version, '--app', 'asked');
  };
  await cluster.push('1.0.0', tree('asked', { memory: web(18131) }));
  expect((await cluster.rollout('1.0.0', '--app', 'asked')).code).toBe(0);

  answers.set('too_high', () => ({ status: 200, body: vector('0.3') }));
  expect(lastEvent(await rollout('2.0.0', { promql: 'too_high', max: 0.25 }))).toMatchObject({
    type: 'rollout.rolled_back',
    reason: 'the gate promql failed: the query gave 0.3, more than max 0.25',
  });
  expect(lastEvent(await rollout('3.0.0', { promql: 'nothing', max: 1 }))).toMatchObject({
    type: 'rollout.rolled_back',
    reason: 'the gate promql failed: no data: the query had no result',
  });
  expect(lastEvent(await rollout('4.0.0', { promql: 'nothing', max: 1, no_data: 'pass' })).type).toBe(
    'rollout.succeeded',
  );
  answers.set('broken', () => ({ status: 400, body: { status: 'error', error: 'parse error' } }));
  const broken = lastEvent(await rollout('5.0.0', { promql: 'broken', max: 1, interval: '100ms', error_limit: 2 }));
  expect(broken.type).toBe('rollout.rolled_back');
  expect(broken.reason).toMatch(/could not be asked 3 times in a row: .* refused the query: parse error$/);
});

it('inconclusive: it pauses with the reason, and a person goes on', async () => {
  const mark = join(cluster.folder, 'sure.mark');
  await cluster.push('1.0.0', {
    ...tree('unsure', { memory: web(18141) }),
    gates: [{ exec: ['sh', '-c', `test -e ${mark} || { echo cannot tell; exit 2; }`], interval: '100ms' }],
  });
  const run = cluster.follow(['rollout', '--version', '1.0.0', '--app', 'unsure', '--json', '--bake', '300ms']);
  await eventually(async () => (await cluster.cli('rollout', 'status', '--json')).stdout.includes('"paused":true'));
  const status = await cluster.cli('rollout', 'status');
  expect(status.stdout).toContain('paused: the gate exec is inconclusive: sh ended with 2: cannot tell');
  writeFileSync(mark, '');
  expect((await cluster.cli('rollout', 'resume')).code).toBe(0);
  const result = await run.result;
  expect(result.code).toBe(0);
  expect(gateEvents(result, 'inconclusive')).toMatchObject([
    { data: { gate: 'exec' }, reason: 'sh ended with 2: cannot tell' },
  ]);
  expect(result.events<Event>().find(({ type }) => type === 'rollout.paused')).toMatchObject({ by: 'gate exec' });
});

it('--no-monitoring asks none, and health is still proven', async () => {
  const gates = [{ exec: ['false'], interval: '100ms' }];
  await cluster.push('1.0.0', { ...tree('blind', { memory: web(18151) }), gates });
  const refused = await cluster.rollout('1.0.0', '--app', 'blind');
  expect(refused.code).toBe(20);
  const plan = await cluster.cli('rollout', '--version', '1.0.0', '--app', 'blind', '--no-monitoring', '--plan');
  expect(plan.stdout).not.toContain('Gates:');
  const result = await cluster.rollout('1.0.0', '--app', 'blind', '--no-monitoring');
  expect([result.code, result.stderr]).toEqual([0, '']);
  expect(gateEvents(result, 'passed').map(({ data }) => data?.['gate'])).toEqual(['health', 'health']);
});

it('a gate that can’t be asked here is a problem of the plan', async () => {
  await cluster.push('1.0.0', {
    ...tree('alone', { memory: web(18161) }),
    gates: [{ metric: 'probe_seconds', compare: 'hosts', max_ratio: 2 }],
  });
  const { code, stderr } = await cluster.rollout('1.0.0', '--app', 'alone', '--hosts', 'alpha');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'The gate probe_seconds compares with hosts that are not switched yet, and this rollout has one host only.',
  );
});

it('samples before the switch outlive a sidecar that is killed on trial', async () => {
  const mark = join(cluster.folder, 'go.mark');
  const gates = [
    { exec: ['test', '-e', mark], interval: '100ms', failure_limit: 1000, name: 'wait' },
    { metric: 'probe_seconds', compare: 'before', max_ratio: 1000, min_samples: 3, interval: '100ms' },
  ];
  await cluster.push('1.0.0', tree('kept', { memory: web(18171) }));
  expect((await cluster.rollout('1.0.0', '--app', 'kept', '--hosts', 'alpha')).code).toBe(0);
  const { remote, daemon } = cluster.host('alpha');
  const windows = async (): Promise<{ before: number; rollout: string | undefined }> => {
    const { agents, rollout } = await remote.Samples({ app: 'kept', metrics: ['probe_seconds'] });
    return { before: agents[0]?.metrics[0]?.before?.value.length ?? 0, rollout };
  };
  await eventually(
    async () =>
      (await remote.Samples({ app: 'kept', metrics: ['probe_seconds'] })).agents[0]!.metrics[0]!.since!.value.length >
      5,
  );
  await cluster.push('2.0.0', { ...tree('kept', { memory: web(18171, 2) }), gates });
  const run = cluster.follow([
    'rollout',
    '--version',
    '2.0.0',
    '--app',
    'kept',
    '--hosts',
    'alpha',
    '--json',
    '--bake',
    '0s',
  ]);
  await eventually(async () => (await windows()).before > 5);
  const before = await windows();
  await daemon.kill();
  daemon.start();
  await eventually(async () => (await windows()).before > 0);
  expect(await windows()).toEqual(before);
  writeFileSync(mark, '');
  const result = await run.result;
  expect([result.code, result.stderr]).toEqual([0, '']);
  const compared = gateEvents(result, 'passed').find(({ data }) => data?.['gate'] === 'probe_seconds');
  expect(compared?.reason).toContain('before the switch; ratio');
});
