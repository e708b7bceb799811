import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { SidecarMetrics } from './metrics.js';

const VISION = { app: 'assistants', agent: 'vision', instance: 0 };
const EXTERNAL = { app: '', agent: 'external', instance: 0 };

let now: number;
let status: HostStatus;
let metrics: SidecarMetrics;

beforeEach(() => {
  now = 0;
  status = hostStatus({
    apps: [appStatus({ phase: 'trial', active: release('1.0.0'), candidate: release('1.1.0') })],
    instances: [instanceStatus('vision', { pid: process.pid }), instanceStatus('memory', { ready: false })],
  });
  metrics = new SidecarMetrics({ host: 'pc2', version: '0.1.0', monotonic: () => now });
  metrics.connect({
    status: () => status,
    figures: () => undefined,
    events: () => ({ redisUp: true, waiting: 4, dropped: 0 }),
  });
});

afterEach(() => metrics.close());

const release = (version: string) => ({ version, digest: 'd', specDigest: 's' });

/** Value of the one line that has this name and all these labels; undefined: there is none. */
async function value(name: string, ...labels: string[]): Promise<number | undefined> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const found = lines.filter((line) => labels.every((label) => line.includes(label)));
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0] === undefined ? undefined : Number(found[0].split(' ').at(-1));
}

test('instances are shown as they are', async () => {
  expect(await value('outrider_agent_up', 'agent="vision"')).toBe(1);
  expect(await value('outrider_agent_up', 'agent="memory"')).toBe(0);
  expect(await value('outrider_agent_ready', 'agent="memory"', 'host="pc2"', 'instance="0"')).toBe(0);
  expect(await value('outrider_release_info', 'version="1.0.0"', 'phase="trial"')).toBe(1);
  expect(await value('outrider_release_info', 'version="1.1.0"', 'phase="candidate"')).toBe(1);
  expect(await value('outrider_sidecar_info', 'version="0.1.0"')).toBe(1);
  expect(await value('outrider_events_waiting')).toBe(4);
});

test('what should be ready by now, and the state that each is in', async () => {
  const stopped = instanceStatus('memory', { ready: false, state: 'exited' });
  status = hostStatus({
    instances: [instanceStatus('vision', { ready: false, state: 'failed', overdue: true }), stopped],
  });
  expect(await value('outrider_agent_overdue', 'agent="vision"')).toBe(1);
  expect(await value('outrider_agent_overdue', 'agent="memory"')).toBe(0);
  expect(await value('outrider_agent_state', 'agent="vision"', 'state="failed"')).toBe(1);
  expect(await value('outrider_agent_state', 'agent="memory"')).toBe(1);
  status = hostStatus({ instances: [instanceStatus('vision')] });
  expect(await value('outrider_agent_state', 'agent="vision"')).toBe(1);
  expect(await value('outrider_agent_state', 'state="failed"')).toBeUndefined();
});

test('old and new of a switch are one series, up while either runs', async () => {
  const old = instanceStatus('vision', { pid: 1, ready: true });
  status = hostStatus({ instances: [old, instanceStatus('vision', { pid: 0, ready: false, state: 'starting' })] });
  expect(await value('outrider_agent_up', 'agent="vision"')).toBe(1);
  expect(await value('outrider_agent_ready', 'agent="vision"')).toBe(1);
});

test('memory and CPU time are those of the session', async () => {
  const leader = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  status = hostStatus({ instances: [instanceStatus('vision', { pid: leader.pid ?? 0 })] });
  await eventually(async () => {
    now += 2_000;
    expect(await value('outrider_agent_memory_bytes', 'agent="vision"')).toBeGreaterThan(1_000_000);
    expect(await value('outrider_agent_cpu_seconds_total', 'agent="vision"')).toBeGreaterThan(0);
  });
  leader.kill('SIGKILL');
  await once(leader, 'exit');
});

test('time is added up while an instance is ready, and only then', async () => {
  metrics.changed();
  now = 10_000;
  status = hostStatus({ instances: [instanceStatus('vision', { ready: false })] });
  metrics.changed();
  now = 15_000;
  expect(await value('outrider_agent_available_seconds_total', 'agent="vision"')).toBe(10);
  status = hostStatus({ instances: [instanceStatus('vision')] });
  metrics.changed();
  now = 17_000;
  expect(await value('outrider_agent_available_seconds_total', 'agent="vision"')).toBe(12);
});

test('what happens is counted, and forgotten with its agent', async () => {
  metrics.started('assistants', 'vision', 1);
  metrics.started('assistants', 'vision', 1);
  metrics.exited('assistants', 'vision', 'exit_1', 1);
  metrics.restarted('assistants', 'vision', 0.003);
  metrics.probed('assistants', 'vision', 0.01, true);
  metrics.error(VISION, 'critical');
  metrics.heard(VISION);
  metrics.metric(VISION, { name: 'load', value: 2, kind: 'gauge' });
  metrics.frame('accepted');
  now = 3_000;
  expect(await value('outrider_agent_starts_total', 'agent="vision"')).toBe(2);
  expect(await value('outrider_agent_exits_total', 'cause="exit_1"')).toBe(1);
  expect(await value('outrider_agent_restart_seconds_bucket', 'le="0.005"')).toBe(1);
  expect(await value('outrider_probe_failures_total')).toBe(1);
  expect(await value('outrider_errors_total', 'severity="critical"')).toBe(1);
  expect(await value('outrider_heartbeat_age_seconds', 'agent="vision"')).toBe(3);
  expect(await value('outrider_agent_metric_load', 'agent="vision"')).toBe(2);
  expect(await value('outrider_bus_frames_total', 'result="accepted"')).toBe(1);
  status = hostStatus({ instances: [instanceStatus('memory')] });
  const text = await metrics.text();
  expect(text).not.toContain('agent="vision"');
  expect(text).not.toContain('outrider_agent_metric_load');
});

test('what an instance has said goes with it where its agent has fewer', async () => {
  const [first, second] = [instanceStatus('vision'), instanceStatus('vision', { instance: 1 })];
  status = hostStatus({ instances: [first, second] });
  for (const instance of [0, 1]) metrics.metric({ ...VISION, instance }, { name: 'load', value: 2, kind: 'gauge' });
  expect(await value('outrider_agent_metric_load', 'instance="1"')).toBe(2);
  status = hostStatus({ instances: [first] });
  expect(await value('outrider_agent_metric_load', 'instance="1"')).toBeUndefined();
  expect(await value('outrider_agent_metric_load', 'instance="0"')).toBe(2);
});

test('an agent that is stopped but still of the release keeps its series', async () => {
  metrics.started('assistants', 'vision', 1);
  status = hostStatus({ apps: [appStatus({ agents: [{ name: 'vision', fingerprint: 'f', replicas: 1 }] })] });
  expect(await value('outrider_agent_starts_total', 'agent="vision"')).toBe(1);
});

test('counters of agents are their totals, and start again with the agent', async () => {
  for (const total of [3, 5]) metrics.metric(VISION, { name: 'tasks', value: total, kind: 'counter' });
  expect(await value('outrider_agent_metric_tasks_total')).toBe(5);
  metrics.metric(VISION, { name: 'tasks', value: 1, kind: 'counter' });
  expect(await value('outrider_agent_metric_tasks_total')).toBe(1);
  expect(await metrics.text()).toContain('# TYPE outrider_agent_metric_tasks_total counter');
});

test('an agent has at most 100 names, and a name one kind', async () => {
  for (let index = 0; index < 100; index += 1) {
    expect(metrics.metric(VISION, { name: `n${index}`, value: 1, kind: 'gauge' })).toBe(true);
  }
  expect(metrics.metric(VISION, { name: 'one_more', value: 1, kind: 'gauge' })).toBe(false);
  expect(metrics.metric(VISION, { name: 'n7', value: 2, kind: 'gauge' })).toBe(true);
  expect(metrics.metric(EXTERNAL, { name: 'n7', value: 3, kind: 'gauge' })).toBe(true);
  expect(metrics.metric(EXTERNAL, { name: 'x_total', value: 3, kind: 'gauge' })).toBe(true);
  expect(metrics.metric(EXTERNAL, { name: 'x', value: 3, kind: 'counter' })).toBe(false);
  expect(await value('outrider_agent_metric_n7', 'agent="external"')).toBe(3);
  expect(await value('outrider_agent_metric_n7', 'agent="vision"')).toBe(2);
});
