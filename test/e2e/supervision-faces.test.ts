/** What is seen of agents from outside, on every face of a sidecar, and what agents can say on the bus. */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { OneHost } from '../support/one-host.js';
import { FAULTS } from '../support/release-tree.js';
import { ANSWERER, BEATER, LISTENER, SPEAKER, WITH_ZEROMQ } from '../support/talkative.js';

const OURS = '${OUTRIDER_HOST_ADDRESS}';
/** A check that is asked often, so that what it finds is found soon. */
const OFTEN = { interval: '50ms', timeout: '5s', retries: 1 };
/** One for each kind of probe. */
const PROBED = ['web', 'exec', 'tcp', 'question', 'beats'];
let one: OneHost;

const program = (text: string, file: string): string[] => [process.execPath, '-e', text, one.mark(file)];

const agents = () => ({
  web: {
    command: [process.execPath, join(FAULTS, 'unhealthy-on-mark.mjs'), `${OURS}:18101`, one.mark('web-bad')],
    healthcheck: { http: { url: `http://${OURS}:18101/` }, for: 'readiness', ...OFTEN },
  },
  exec: {
    command: ['sleep', '3600'],
    healthcheck: { exec: ['test', '!', '-e', one.mark('exec-bad')], for: 'readiness', ...OFTEN },
  },
  tcp: {
    command: program(LISTENER, 'tcp-bad'),
    environment: { WHERE: `${OURS}:18102` },
    healthcheck: { tcp: { address: `${OURS}:18102` }, for: 'readiness', ...OFTEN },
  },
  question: {
    command: program(ANSWERER, 'question-bad'),
    environment: { ...WITH_ZEROMQ, WHERE: `tcp://${OURS}:18103` },
    healthcheck: { zmq: { connect: `tcp://${OURS}:18103` }, for: 'readiness', ...OFTEN },
  },
  beats: {
    command: program(BEATER, 'beats-bad'),
    environment: WITH_ZEROMQ,
    healthcheck: { heartbeat: { within: '5s' }, for: 'readiness', retries: 1 },
  },
  hang: {
    command: ['sleep', '3600'],
    healthcheck: { exec: ['test', '!', '-e', one.mark('hang')], for: 'liveness', ...OFTEN },
  },
  speaker: { command: program(SPEAKER, 'said'), environment: WITH_ZEROMQ },
});

beforeAll(async () => {
  one = await OneHost.start();
  writeFileSync(one.mark('said'), '');
  await one.run('crew', agents());
});
afterAll(() => one.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

it('probes of each kind see an agent get unwell and well again, and every face says so', async () => {
  expect(await one.ask()).toBe('healthy');
  expect(await one.get('/health')).toMatchObject({ status: 200 });
  expect(await one.get('/ready')).toMatchObject({ status: 200 });

  for (const name of PROBED) writeFileSync(one.mark(`${name}-bad`), '');
  for (const name of PROBED) await one.inState(name, 'unhealthy');
  await eventually(async () => expect(await one.ask()).toMatch(/^unhealthy: 5 of 7 agents: /));
  const words = await one.ask();
  for (const name of PROBED) expect(words).toContain(name);
  const health = await one.get('/health');
  expect(health.status).toBe(503);
  expect(JSON.parse(health.text)).toMatchObject({ host: 'pc2', status: 'unhealthy', detail: words });
  expect(await one.get('/health', 8000)).toMatchObject({ status: 503 });
  expect(await one.get('/ready')).toMatchObject({ status: 503 });
  const web = await one.get('/health/web');
  expect(web.status).toBe(503);
  expect(JSON.parse(web.text)).toMatchObject({ agent: 'web', ready: false, instances: [{ state: 'unhealthy' }] });
  expect(await one.get('/health/hang')).toMatchObject({ status: 200 });
  expect((await one.get('/health/wbe')).text).toContain('Did you mean \\"web\\"?');
  expect(await one.metric('outrider_agent_ready', 'agent="web"')).toBe(0);
  expect(await one.metric('outrider_agent_up', 'agent="web"')).toBe(1);
  expect(await one.metric('outrider_probe_failures_total', 'agent="web"')).toBeGreaterThanOrEqual(1);

  for (const name of PROBED) rmSync(one.mark(`${name}-bad`));
  for (const name of PROBED) await one.inState(name, 'ready');
  await eventually(async () => expect(await one.ask()).toBe('healthy'));
  expect(await one.get('/health')).toMatchObject({ status: 200 });
  expect(await one.get('/health/web')).toMatchObject({ status: 200 });
  for (const name of PROBED) {
    expect((await one.instance(name)).restarts).toBe(0);
    const story = ['agent.starting', 'agent.ready', 'agent.unhealthy', 'agent.ready'];
    await eventually(() => expect(one.told(name).slice(0, 4)).toEqual(story));
  }
  expect(await one.metric('outrider_probe_seconds_count', 'agent="question"')).toBeGreaterThan(1);
});

it('a liveness check ends an agent that hangs, and it is started again', async () => {
  const before = await one.instance('hang');
  writeFileSync(one.mark('hang'), '');
  await eventually(async () => expect((await one.instance('hang')).pid).not.toBe(before.pid));
  rmSync(one.mark('hang'));
  await eventually(async () => expect((await one.inState('hang', 'ready')).pid).not.toBe(before.pid));
  await eventually(() => expect(one.told('hang')).toContain('agent.unhealthy'));
  expect(await one.metric('outrider_agent_exits_total', 'agent="hang"', 'cause="failed_probe"')).toBeGreaterThan(0);
});

it('the bus takes errors and metrics from agents under their own names, and counts what it drops', async () => {
  const say = (frame: object | string): void =>
    appendFileSync(one.mark('said'), `${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n`);
  say({ type: 'error', error_type: 'timeout', severity: 'critical', message: 'no answer', context: { model: 'm' } });
  say({ type: 'metric', name: 'tasks_done', value: 3, kind: 'counter' });
  say({ type: 'metric', name: 'queue', value: 7, kind: 'gauge' });
  say('no json');
  say('{"no":"type"}');
  say({ type: 'beat', seq: 1, padding: 'x'.repeat(70_000) });
  say({ type: 'metric', name: 'last', value: 1, kind: 'gauge' });
  await eventually(async () => expect(await one.metric('outrider_agent_metric_last', 'agent="speaker"')).toBe(1));
  const reported = await eventually(
    () => one.heard.find(({ type, agent }) => type === 'error.reported' && agent === 'speaker') ?? null,
  );
  expect(reported).toMatchObject({
    ...{ app: 'crew', host: 'pc2', instance: 0, reason: 'no answer' },
    data: { error_type: 'timeout', severity: 'critical', context: { model: 'm' } },
  });
  expect(await one.metric('outrider_agent_metric_tasks_done_total', 'agent="speaker"', 'app="crew"')).toBe(3);
  expect(await one.metric('outrider_agent_metric_queue', 'agent="speaker"')).toBe(7);
  expect(await one.metric('outrider_errors_total', 'agent="speaker"', 'severity="critical"')).toBe(1);
  for (const result of ['not_json', 'no_type', 'too_large']) {
    expect(await one.metric('outrider_bus_frames_total', `result="${result}"`)).toBe(1);
  }
});

it('every metric that one host can show is there, and says which host it is', async () => {
  const { text } = await one.get('/metrics', 8000);
  const rows = text.split('\n').filter((row) => row !== '' && !row.startsWith('#'));
  const names = [...new Set(rows.map((row) => row.split(/[{ ]/, 1)[0]))];
  expect(names).toEqual(expect.arrayContaining(CONTRACT));
  for (const row of rows) expect(row).toContain('host="pc2"');
});

it('series of agents that were removed are gone', async () => {
  await one.run('crew', { left: { command: ['sleep', '3600'], healthcheck: { exec: ['true'] } } });
  const { text } = await one.get('/metrics', 8000);
  for (const name of [...PROBED, 'hang', 'speaker']) expect(text).not.toContain(`agent="${name}"`);
  expect(text).not.toContain('outrider_agent_metric_');
  expect(text).toContain('agent="left"');
});

const CONTRACT = [
  'outrider_sidecar_info',
  'outrider_agent_up',
  'outrider_agent_ready',
  'outrider_agent_health_score',
  'outrider_agent_available_seconds_total',
  'outrider_agent_starts_total',
  'outrider_agent_exits_total',
  'outrider_agent_restart_seconds_bucket',
  'outrider_agent_memory_bytes',
  'outrider_agent_cpu_seconds_total',
  'outrider_probe_seconds_bucket',
  'outrider_probe_failures_total',
  'outrider_heartbeat_age_seconds',
  'outrider_errors_total',
  'outrider_release_info',
  'outrider_bus_frames_total',
  'outrider_event_loop_lag_seconds',
  'system_network_receive_bytes_total',
  'system_network_transmit_bytes_total',
  'system_cpu_usage_percent',
  'system_memory_usage_percent',
  'system_disk_usage_percent',
];
