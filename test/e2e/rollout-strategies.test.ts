/** How a release comes onto three hosts, what a failure means, and how people take part. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  type Event,
  clearMark,
  isStep,
  lastEvent,
  marked,
  setMark,
  steps,
  tree,
  versions,
  web,
} from '../support/rollout-kit.js';

const HOSTS = ['alpha', 'beta', 'gamma'];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({
    hosts: HOSTS,
    labels: { alpha: { zone: 'b', turn: '2' }, beta: { zone: 'a', turn: '10' }, gamma: { zone: 'a', turn: '1' } },
  });
});
afterAll(() => cluster.stop());

const all = (version: string): Record<string, string> => Object.fromEntries(HOSTS.map((host) => [host, version]));

/** Version 1.0.0 runs everywhere; 2.0.0 is there, its agent unwell where a mark is set. */
async function prepared(app: string, port: number): Promise<void> {
  await cluster.push('1.0.0', tree(app, { vision: web(port) }));
  expect((await cluster.rollout('1.0.0', '--app', app, '--strategy', 'all-at-once')).code).toBe(0);
  await cluster.push('2.0.0', tree(app, { vision: marked(cluster, app, port, 2) }));
}

const begin = (app: string, ...words: readonly string[]) =>
  cluster.follow(['rollout', '--version', '2.0.0', '--app', app, '--json', '--bake', '200ms', ...words]);

const say = (verb: string, app: string) => cluster.cli('rollout', verb, '--app', app, '--json');

it('canary: the first hosts wait on trial until somebody promotes them; then the rest goes in waves', async () => {
  await prepared('canary', 18201);
  const words = ['--strategy', 'canary', '--canary', '1', '--max-parallel', '2', '--order-by', 'turn'];
  const plan = await cluster.cli('rollout', '--version', '2.0.0', '--app', 'canary', '--plan', '--json', ...words);
  expect(plan.json()).toMatchObject({
    ...{ strategy: 'canary', canaryWave: 1 },
    hosts: [
      { host: 'gamma', wave: 1 },
      { host: 'alpha', wave: 2 },
      { host: 'beta', wave: 2 },
    ],
  });
  const run = begin('canary', '--confirm-within', '2s', ...words);
  await run.line((line) => line.includes('waits to be promoted'));
  const since = Date.now();
  // Without renewals its lease would be over.
  await eventually(() => Date.now() - since > 2_500);
  expect(await versions(cluster, 'canary')).toEqual({ ...all('1.0.0'), gamma: '1.0.0 trial' });
  expect((await cluster.cli('status', '--json')).json<{ readonly apps: object[] }>().apps).toContainEqual(
    expect.objectContaining({ waits_for: 'promotion', on_trial: [{ version: '2.0.0', hosts: ['gamma'] }] }),
  );
  const status = await cluster.cli('status');
  expect(status.stdout).toMatch(/app canary +1\.0\.0; 2\.0\.0 on trial on gamma; r\d+ baking, waits to be promoted\n/);
  expect(status.stdout).toMatch(
    /needs you +Rollout of canary to 2\.0\.0 .* waits for "coordinator rollout promote r\d+"/,
  );
  const refused = await cluster.cli('rollout', 'resume', '--app', 'canary');
  expect(refused).toMatchObject({ code: 4, stderr: expect.stringMatching(/is not paused by anybody/) as string });
  // A pause in the wait outlasts the promotion.
  expect((await say('pause', 'canary')).json()).toMatchObject({ pausedBy: expect.stringMatching(/@/) as string });
  const promoted = await say('promote', 'canary');
  expect(promoted.json()).toMatchObject({
    ...{ promotedBy: expect.stringMatching(/@/) as string, paused: true },
    answer: expect.stringMatching(/is promoted; it is paused, and goes on with "coordinator rollout resume/) as string,
  });
  expect((await say('resume', 'canary')).json()).toMatchObject({ answer: expect.stringMatching(/goes on/) as string });
  const { id } = promoted.json<{ readonly id: string }>();
  expect((await cluster.cli('rollout', 'promote', id)).code).toBe(0);
  const result = await run.result;
  expect((await cluster.cli('rollout', 'promote', id)).code).toBe(0);
  expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
  expect(result.events<Event>().map(({ type }) => type)).toContain('rollout.promoted');
  expect(steps(result.events<Event>(), 'switching')[0]).toBe('gamma:switching');
  expect(await versions(cluster, 'canary')).toEqual(all('2.0.0'));
});

it('a label chooses hosts', async () => {
  await prepared('label', 18211);
  const run = await begin('label', '--label', 'zone=a', '--max-parallel', '2', '--no-canary').result;
  expect(run.code).toBe(0);
  expect(await versions(cluster, 'label')).toEqual({ ...all('2.0.0'), alpha: '1.0.0' });
});

it('on failure rollback-host: the wave that failed goes back, the others keep the release, code 20', async () => {
  await prepared('keep', 18221);
  setMark(cluster, 'keep', 'beta');
  const run = begin('keep', '--on-failure', 'rollback-host');
  await run.line(isStep('beta', 'switching'));
  await eventually(() => cluster.agents('beta', 'vision').some((one) => one.app === 'keep' && one.version === '2.0.0'));
  const killed = cluster.agents('beta', 'vision').find((one) => one.app === 'keep' && one.version === '2.0.0');
  expect(killed).toBeDefined();
  expect((await cluster.host('beta').cli('revert')).code).toBe(0);
  const result = await run.result;
  expect([result.code, lastEvent(result).type]).toEqual([20, 'rollout.rolled_back']);
  expect(lastEvent(result).data).toMatchObject({
    hosts: { alpha: 'committed', beta: 'reverted', gamma: 'staged' },
  });
  await eventually(async () =>
    expect(await versions(cluster, 'keep')).toEqual({ alpha: '2.0.0', beta: '1.0.0', gamma: '1.0.0' }),
  );
  clearMark(cluster, 'keep', 'beta');
});

it('on failure hold: code 22, the trial goes on, a person tries again', async () => {
  await prepared('hold', 18231);
  setMark(cluster, 'hold', 'beta');
  const run = begin('hold', '--on-failure', 'hold');
  await run.line(isStep('beta', 'switching'));
  expect((await cluster.host('beta').cli('revert')).code).toBe(0);
  const held = await run.result;
  expect(held.code).toBe(22);
  expect(held.stdout).toMatch(/"type":"rollout\.paused".*"on_hold":true/);
  expect((await say('status', 'hold')).code).toBe(22);
  expect(await versions(cluster, 'hold')).toMatchObject({ alpha: '1.0.0 trial', gamma: '1.0.0' });
  clearMark(cluster, 'hold', 'beta');
  const watch = cluster.follow(['rollout', 'watch', '--app', 'hold', '--json']);
  expect((await watch.result).code).toBe(22);
  await eventually(async () => {
    expect((await say('resume', 'hold')).code).toBe(0);
    expect((await say('status', 'hold')).code).toBe(0);
  });
  await eventually(async () => expect((await say('status', 'hold')).json()).toMatchObject({ phase: 'succeeded' }), {
    timeoutMs: 60_000,
  });
  expect(await versions(cluster, 'hold')).toEqual(all('2.0.0'));
});

it('--supersede aborts what runs, waits for its end, and begins', async () => {
  await prepared('newer', 18241);
  setMark(cluster, 'newer', 'alpha');
  const old = begin('newer');
  await old.line(isStep('alpha', 'switching'));
  await cluster.push('3.0.0', tree('newer', { vision: web(18241, 3) }));
  const words = ['rollout', '--version', '3.0.0', '--app', 'newer', '--json', '--bake', '200ms'];
  expect((await cluster.cli(...words)).code).toBe(4);
  const next = await cluster.cli(...words, '--supersede');
  expect(next.code).toBe(0);
  const result = await old.result;
  expect([result.code, lastEvent(result).reason]).toEqual([21, expect.stringMatching(/supersedes it with 3\.0\.0/)]);
  expect(await versions(cluster, 'newer')).toEqual(all('3.0.0'));
  clearMark(cluster, 'newer', 'alpha');
});

it('rollbacks: all at once, or one after another with a rest; over REST as over the command line', async () => {
  await prepared('back', 18251);
  expect((await begin('back', '--strategy', 'all-at-once').result).code).toBe(0);
  const immediate = await cluster.cli('rollback', '--app', 'back', '--json');
  expect(immediate.code).toBe(0);
  const told = immediate.events<Event>().map(({ type, host = '' }) => `${type} ${host}`);
  const firstBack = told.findIndex((line) => line.startsWith('rollout.host.committed'));
  expect(told.slice(0, firstBack).filter((line) => line.startsWith('rollout.host.switching'))).not.toHaveLength(1);
  expect(await versions(cluster, 'back')).toEqual(all('1.0.0'));

  const slow = ['rollback', '--app', 'back', '--to', '2.0.0', '--strategy', 'progressive', '--bake', '1h', '--json'];
  const run = cluster.follow(slow);
  await run.line((line) => line.includes('"type":"rollout.host.committed"'));
  expect(await post('/rollout', { action: 'pause', app: 'back' })).toMatchObject({
    status: 200,
    body: { paused: true },
  });
  expect(await post('/rollout', { action: 'abort', app: 'back' })).toMatchObject({ status: 200 });
  const result = await run.result;
  expect([result.code, lastEvent(result).type]).toEqual([21, 'rollout.aborted']);
  expect(Object.values(await versions(cluster, 'back')).sort()).toEqual(['1.0.0', '1.0.0', '2.0.0']);
  expect(await post('/rollout', { action: 'promote' })).toMatchObject({ status: 409 });
  expect(await post('/rollout', { action: 'jump' })).toMatchObject({ status: 400 });
});

/** A call to the coordinator's REST with the fleet's token. */
async function post(path: string, body: object): Promise<{ readonly status: number; readonly body: unknown }> {
  const authorization = `Bearer ${readFileSync(cluster.layout.token, 'utf8').trim()}`;
  const url = `http://${cluster.layout.network}.1:7777${path}`;
  const answer = await fetch(url, { method: 'POST', headers: { authorization }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}
