/** Errors of agents, from the bus of an agent to `coordinator errors`, in groups, with Redis there and away. */
import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { SPEAKER, WITH_ZEROMQ } from '../support/talkative.js';

interface Group {
  readonly agent: string;
  readonly error_type: string;
  readonly severity: string;
  readonly message: string;
  readonly count: number;
  readonly hosts: readonly string[];
  readonly context: Readonly<Record<string, unknown>>;
}
interface Errors {
  readonly groups: readonly Group[];
  readonly dropped: readonly { readonly agent: string; readonly count: number }[];
}

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ proxies: true });
  for (const host of ['main-pc', 'pc2']) for (const agent of ['memory', 'loud']) say(agent, host);
  const speaker = (name: string): object => ({
    command: [process.execPath, '-e', SPEAKER, `${cluster.folder}/${name}.\${OUTRIDER_HOST}`],
    environment: WITH_ZEROMQ,
  });
  await cluster.push('1.0.0', { app: 'crew', agents: { memory: speaker('memory'), loud: speaker('loud') } });
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

function say(agent: string, host: string, ...frames: readonly object[]): void {
  appendFileSync(`${cluster.folder}/${agent}.${host}`, frames.map((frame) => `${JSON.stringify(frame)}\n`).join(''));
}

const error = (message: string, more: object = {}): object => ({
  ...{ type: 'error', error_type: 'timeout', severity: 'error', message, context: {} },
  ...more,
});

const errors = async (...words: readonly string[]): Promise<Errors> => {
  const answer = await cluster.cli('errors', '--json', ...words);
  expect([answer.code, answer.stderr]).toEqual([0, '']);
  return answer.json<Errors>();
};

it('are one group across hosts where only numbers differ, without what is secret', async () => {
  say('memory', 'main-pc', error('no answer after 3 s'), error('no answer after 12.5 s', { severity: 'critical' }));
  say('memory', 'pc2', error('no answer after 1 s', { context: { api_key: 'hunter2', model: 'm' } }));
  say('memory', 'pc2', error('slow, password=hunter2', { severity: 'warning', error_type: 'slow' }));
  await eventually(async () =>
    expect((await errors('--agent', 'memory')).groups.map(({ count }) => count).sort()).toEqual([1, 3]),
  );
  const { groups } = await errors('--agent', 'memory');
  expect(groups.find(({ error_type: type }) => type === 'timeout')).toMatchObject({
    ...{ agent: 'memory', severity: 'critical', count: 3, hosts: ['main-pc', 'pc2'] },
  });
  expect(JSON.stringify(groups)).not.toContain('hunter2');
  const bad = await errors('--severity', 'error', '--since', '1h');
  expect(bad.groups.map(({ error_type: type }) => type)).toEqual(['timeout']);
  const there = await errors('--host', 'main-pc');
  expect(there.groups).toMatchObject([{ count: 2, hosts: ['main-pc'] }]);
  const table = await cluster.cli('errors');
  expect(table.stdout).toMatch(/critical +3 +crew\/memory +main-pc,pc2 +timeout/);
});

it('are told by REST in the same words, and bad questions are answered with a sentence', async () => {
  const ask = async (path: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://${cluster.layout.network}.1:7779${path}`);
    return { status: response.status, body: await response.json() };
  };
  expect(await ask('/errors?agent=memory&severity=critical&since=1h')).toMatchObject({
    status: 200,
    body: { groups: [{ agent: 'memory', error_type: 'timeout', severity: 'critical' }], dropped: [] },
  });
  expect(await ask('/errors?since=soon')).toMatchObject({ status: 400 });
  expect(await ask('/errors?sincee=1h')).toMatchObject({ status: 400 });
  expect((await cluster.cli('errors', '--severity', 'fatal')).code).toBe(2);
});

it('of a loud agent are limited, and those that are not kept are counted', async () => {
  say('loud', 'pc2', ...Array.from({ length: 120 }, (_, index) => error(`task ${index} failed`)));
  await eventually(
    async () => {
      const { groups, dropped } = await errors('--agent', 'loud');
      const [kept, left] = [groups[0]?.count ?? 0, dropped[0]?.count ?? 0];
      expect(left).toBeGreaterThan(0);
      expect(kept + left).toBe(120);
    },
    { timeoutMs: 40_000 },
  );
  const metrics = await (await fetch(`http://${cluster.host('pc2').address}:8000/metrics`)).text();
  expect(metrics).toMatch(/outrider_errors_total\{[^}]*agent="loud"[^}]*severity="error"[^}]*\} 120/);
  const events = await cluster.cli('events', '--json', '-n', '1000');
  const told = events.events<{ type: string; agent?: string; data?: object }>();
  // The history of the fleet has the first of a kind, and not the others: rollouts stay in it.
  const ofLoud = told.filter(({ type, agent }) => type === 'error.reported' && agent === 'loud');
  expect(ofLoud.filter(({ data }) => Object.hasOwn(data ?? {}, 'error_type'))).toHaveLength(1);
});

it('are followed as they come, and kept on the host while Redis is away', async () => {
  const follow = cluster.follow(['errors', '-f', '--agent', 'memory', '--json', '-n', '1']);
  await follow.line((line) => line.includes('slow') || line.includes('no answer'));
  say('memory', 'pc2', error('first'));
  await follow.line((line) => line.includes('"first"'));
  cluster.host('pc2').toRedis?.cut();
  say('memory', 'pc2', error('while it was away'));
  await eventually(async () => {
    const metrics = await (await fetch(`http://${cluster.host('pc2').address}:8000/metrics`)).text();
    expect(metrics).toMatch(/outrider_events_waiting\{[^}]*\} [1-9]/);
  });
  cluster.host('pc2').toRedis?.heal();
  await follow.line((line) => line.includes('"while it was away"'));
  follow.kill('SIGINT');
  expect((await follow.result).code).toBe(130);
  expect(follow.lines.filter((line) => line.includes('"first"'))).toHaveLength(1);
});
