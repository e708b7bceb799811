/** The verbs around a rollout: plan, push, refuse a second, pause, resume, abort, watch, roll back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  type Event,
  clearMark,
  isStep,
  lastEvent,
  marked,
  pids,
  setMark,
  steps,
  tree,
  versions,
  web,
} from '../support/rollout-kit.js';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
});
afterAll(() => cluster.stop());

const both = (version: string): Record<string, string> => ({ alpha: version, beta: version });

/** Version 1.0.0 runs; 2.0.0 is begun and waits in the middle of switching alpha, until `go(host)` for each host. */
async function halfway(app: string, port: number, ...words: readonly string[]): Promise<CliRun> {
  await cluster.push('1.0.0', tree(app, { vision: web(port) }));
  expect((await cluster.rollout('1.0.0', '--app', app)).code).toBe(0);
  await cluster.push('2.0.0', tree(app, { vision: marked(cluster, app, port) }));
  for (const host of cluster.hosts.keys()) setMark(cluster, app, host);
  const run = cluster.follow([
    ...['rollout', '--version', '2.0.0', '--app', app, '--json', '--bake', '200ms', '--message', 'half way'],
    ...words,
  ]);
  await run.line(isStep('alpha', 'switching'));
  await eventually(() => cluster.agents('alpha', 'vision').some((one) => one.app === app && one.version === '2.0.0'));
  return run;
}
const go = (app: string, ...hosts: readonly string[]): void => hosts.forEach((host) => clearMark(cluster, app, host));

it('plans without doing, does without asking twice, and goes back', async () => {
  const rollout = (...words: string[]) =>
    cluster.cli('rollout', '--app', 'plan', '--json', '--bake', '200ms', ...words);
  const rollback = (...words: string[]) => cluster.cli('rollback', '--app', 'plan', '--json', ...words);
  await cluster.push('1.0.0', tree('plan', { memory: web(18101), old: web(18102) }));
  const first = await rollout('--version', '1.0.0', '--plan');
  expect(first.code).toBe(10);
  expect(first.json()).toMatchObject({
    plan: expect.any(String) as string,
    hosts: [
      {
        host: 'alpha',
        wave: 1,
        actions: [
          { agent: 'memory', action: 'add' },
          { agent: 'old', action: 'add' },
        ],
      },
      { host: 'beta', wave: 2 },
    ],
    problems: [],
  });
  expect(pids(cluster, 'plan')).toEqual({});
  const { plan } = first.json<{ readonly plan: string }>();
  expect((await rollout('--version', '1.0.0', '--expect-plan', `${plan}0`)).code).toBe(4);
  expect((await rollout('--version', '1.0.0', '--expect-plan', plan)).code).toBe(0);

  const before = pids(cluster, 'plan');
  expect((await rollout('--version', '1.0.0', '--plan')).code).toBe(0);
  const again = await rollout('--version', '1.0.0');
  expect(again.code).toBe(0);
  expect(lastEvent(again)).toMatchObject({
    type: 'rollout.succeeded',
    data: { from: '1.0.0', to: '1.0.0' },
  });
  expect(pids(cluster, 'plan')).toEqual(before);

  await cluster.push('1.1.0', tree('plan', { memory: web(18101), vision: web(18103) }));
  const next = await rollout('--version', '1.1.0', '--plan');
  const actions = next.json<{ hosts: { actions: { agent: string; action: string }[] }[] }>().hosts[0]?.actions ?? [];
  expect(Object.fromEntries(actions.map(({ agent, action }) => [agent, action]))).toEqual({
    memory: 'keep',
    old: 'remove',
    vision: 'add',
  });
  expect((await rollout('--version', '1.1.0')).code).toBe(0);
  expect(Object.keys(pids(cluster, 'plan')).filter((key) => key.startsWith('alpha'))).toHaveLength(2);

  const back = await rollback();
  expect([back.code, back.stderr]).toEqual([0, '']);
  expect(lastEvent(back)).toMatchObject({ type: 'rollout.succeeded', data: { from: '1.1.0', to: '1.0.0' } });
  expect(await versions(cluster, 'plan')).toEqual(both('1.0.0'));
  expect(Object.keys(pids(cluster, 'plan'))).toContain('beta/old.0');
  const kept = (all: Record<string, number>) => [all['alpha/memory.0'], all['beta/memory.0']];
  expect(kept(pids(cluster, 'plan'))).toEqual(kept(before));

  expect((await rollback('--to', '1.1.0')).code).toBe(0);
  expect(await versions(cluster, 'plan')).toEqual(both('1.1.0'));
  expect((await rollback('--to', '1.1.0')).code).toBe(0);
  expect((await rollback('--to', '9.9.9')).code).toBe(2);
});

it('pushes the same again for nothing, and never another content under the same version', async () => {
  const folder = cluster.release(tree('push', { memory: web(18111) }, { 'model.bin': 'x'.repeat(300_000) }));
  const push = (...words: string[]) => cluster.cli('release', 'push', folder, '--json', ...words);
  interface Pushed {
    readonly digest: string;
    readonly bytes: number;
    readonly bytes_sent: number;
  }
  const first = (await push('--version', '1.0.0')).json<Pushed>();
  expect(first).toMatchObject({
    app: 'push',
    version: '1.0.0',
    files: 3,
    digest: expect.stringMatching(/^[\da-f]{64}$/) as string,
  });
  expect(first.bytes).toBeGreaterThan(300_000);
  const again = await push('--version', '1.0.0');
  expect(again.code).toBe(0);
  expect(again.json()).toMatchObject({ digest: first.digest, bytes_sent: 0 });

  const file = join(folder, 'agents.yaml');
  writeFileSync(file, `# changed\n${readFileSync(file, 'utf8')}`);
  const other = await push('--version', '1.0.0');
  expect([other.code, other.error()]).toEqual([4, expect.stringMatching(/1\.0\.0.*(another|other|differ)/)]);
  const next = (await push('--version', '1.0.1')).json<Pushed>();
  expect(next.digest).not.toBe(first.digest);
  expect(next.bytes_sent).toBeLessThan(10_000);
});

it('refuses a second rollout of the app, and says who, what and since when', async () => {
  const run = await halfway('second', 18121);
  const before = pids(cluster, 'second');
  for (const words of [
    ['rollout', '--version', '1.0.0', '--app', 'second', '--json'],
    ['rollback', '--app', 'second', '--json'],
  ]) {
    const refused = await cluster.cli(...words);
    expect(refused.code).toBe(4);
    expect(refused.error()).toMatch(
      /^A rollout of second to 2\.0\.0 \(r\d+\) is under way, started by \S+@\S+ \d+ s ago \(\d{4}-.*Z\)/,
    );
  }
  expect(pids(cluster, 'second')).toEqual(before);
  // Another app is another matter.
  await cluster.push('1.0.0', tree('third', { vision: web(18122) }));
  expect((await cluster.rollout('1.0.0', '--app', 'third')).code).toBe(0);
  go('second', 'alpha', 'beta');
  expect((await run.result).code).toBe(0);
  expect(await versions(cluster, 'second')).toEqual(both('2.0.0'));
});

it('aborts: agents are back, exit code 21', async () => {
  const run = await halfway('abort', 18131);
  const aborted = await cluster.cli('rollout', 'abort', '--app', 'abort', '--json');
  expect(aborted.code).toBe(0);
  const result = await run.result;
  expect(result.code).toBe(21);
  expect(lastEvent(result)).toMatchObject({
    type: 'rollout.aborted',
    by: expect.stringMatching(/@/) as string,
    data: { hosts: { alpha: 'reverted' } },
  });
  expect(steps(result.events<Event>(), 'switching')).toEqual(['alpha:switching']);
  expect(await versions(cluster, 'abort')).toEqual(both('1.0.0'));
  await eventually(() =>
    expect(
      cluster
        .agents()
        .filter(({ app }) => app === 'abort')
        .map(({ version }) => version),
    ).toEqual(['1.0.0', '1.0.0']),
  );
  expect((await cluster.cli('rollout', 'status', '--app', 'abort')).code).toBe(21);
  // It does not begin again by itself, and what is over can't be stopped.
  expect((await cluster.cli('rollout', 'abort', '--app', 'abort')).code).toBe(4);
  go('abort', 'alpha', 'beta');
});

it('a pause outlasts the lease; --timeout ends the looking on, not the rollout; then it goes on', async () => {
  const confirmMs = 3_000;
  const run = await halfway('pause', 18141, '--confirm-within', `${confirmMs}ms`);
  expect((await cluster.cli('rollout', 'pause', '--app', 'pause')).code).toBe(0);
  go('pause', 'alpha', 'beta');
  await run.line(isStep('alpha', 'trial'));
  const onTrialSince = Date.now();
  const impatient = await cluster.cli('rollout', 'watch', '--app', 'pause', '--timeout', '3s');
  expect(impatient.code).toBe(5);
  expect(impatient.stderr).toMatch(/goes on.*rollout watch r\d+/);
  // Without renewals alpha would have gone back by now; without the pause beta would have been switched.
  await eventually(() => Date.now() - onTrialSince > confirmMs + 500);
  expect(await versions(cluster, 'pause')).toEqual({ alpha: '1.0.0 trial', beta: '1.0.0' });
  expect((await cluster.cli('rollout', 'status', '--app', 'pause', '--json')).json()).toMatchObject({ paused: true });

  const watch = cluster.follow(['rollout', 'watch', '--app', 'pause', '--json']);
  expect((await cluster.cli('rollout', 'resume', '--app', 'pause')).code).toBe(0);
  expect((await run.result).code).toBe(0);
  const result = await watch.result;
  expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
  const types = result.events<Event>().map(({ type, host = '' }) => `${type} ${host}`.trim());
  const order = ['rollout.paused', 'rollout.host.trial alpha', 'rollout.resumed', 'rollout.host.switching beta'];
  expect(types.filter((type) => order.includes(type)).filter((type, at, all) => all.indexOf(type) === at)).toEqual(
    order,
  );
  expect(await versions(cluster, 'pause')).toEqual(both('2.0.0'));
});
