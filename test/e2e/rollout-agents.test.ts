/** Some agents come to a release, and go back, while all others run on as they were and start again as they were. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliResult } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { lastEvent, pids, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'assistants';
const PORT = 18501;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await cluster.push('1.0.0', agents(1));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
  await cluster.push('2.0.0', agents(2));
});
afterAll(() => cluster.stop());

/** Three agents on alpha, of which beta has the first. Each says its own words in every version. */
const agents = (rev: number, more: Readonly<Record<string, object>> = {}) =>
  tree(
    APP,
    {
      vision: web(PORT, rev),
      speech: { ...web(PORT + 1, rev), hosts: ['alpha'] },
      memory: { ...web(PORT + 2, rev), hosts: ['alpha'], depends_on: ['speech'] },
      ...more,
    },
    { 'which.txt': `${rev}\n` },
  );

/** `host/agent` to the version that its process was told, and the tree that it runs in. */
async function running(): Promise<Record<string, string>> {
  await eventually(() => expect(Object.keys(pids(cluster, APP)).length).toBe(4));
  const all: (readonly [string, string])[] = cluster
    .agents()
    .filter(({ app }) => app === APP)
    .map(({ host, agent, version, pid }) => {
      const which = readFileSync(join(`/proc/${pid}/cwd`, 'which.txt'), 'utf8').trim();
      return [`${host}/${agent}`, `${version} in the tree of ${which}`] as const;
    });
  return Object.fromEntries(all);
}

const of = (one: number): string => `${one}.0.0 in the tree of ${one}`;
const text = ({ stdout, stderr }: CliResult): string => `${stdout}${stderr}`;

describe('a rollout of one agent', () => {
  let before: Record<string, number>;

  it('is planned as such: the others are kept, of the version that they have', async () => {
    const made = await cluster.cli('rollout', '--version', '2.0.0', '--agents', 'speech', '--plan', '--json');
    expect([made.code, made.stderr]).toEqual([10, '']);
    const plan = made.json<Plan>();
    expect(plan).toMatchObject({ version: '2.0.0', agents: ['speech'], problems: [] });
    expect(plan.hosts.map(({ host }) => host)).toEqual(['alpha']);
    expect(plan.hosts[0]?.actions.map(({ agent, action, version }) => [agent, action, version]).sort()).toEqual([
      ['memory', 'keep', '1.0.0'],
      ['speech', 'replace', undefined],
      ['vision', 'keep', '1.0.0'],
    ]);
    expect(plan.hosts[0]?.settings?.map(({ agent, setting }) => [agent, setting])).toEqual([
      ['speech', 'environment.REV'],
    ]);
    const shown = await cluster.cli('rollout', '--version', '2.0.0', '--agents', 'speech', '--plan');
    expect(shown.stdout).toMatch(/^Plan \w+ for assistants 2\.0\.0, only speech/);
    expect(shown.stdout).toMatch(/alpha: 1\.0\.0 -> 2\.0\.0, of it (vision|memory) 1\.0\.0, (vision|memory) 1\.0\.0/);
  });

  it('replaces it, and leaves every other process as it is', async () => {
    before = pids(cluster, APP);
    const result = await cluster.rollout('2.0.0', '--agents', 'speech');
    expect([result.code, lastEvent(result).type, result.stderr]).toEqual([0, 'rollout.succeeded', '']);
    const after = pids(cluster, APP);
    expect(after['alpha/speech.0']).not.toBe(before['alpha/speech.0']);
    for (const other of ['alpha/vision.0', 'alpha/memory.0', 'beta/vision.0']) expect(after[other]).toBe(before[other]);
    expect(await running()).toEqual({
      ...{ 'alpha/memory': of(1), 'alpha/speech': of(2), 'alpha/vision': of(1), 'beta/vision': of(1) },
    });
    expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0', beta: '1.0.0' });
  });

  it('is told as one release of which some agents are of another', async () => {
    const hosts = await cluster.cli('hosts');
    expect(hosts.stdout).toMatch(/alpha .*assistants 2\.0\.0, of it vision 1\.0\.0, memory 1\.0\.0\n/);
    expect((await cluster.host('alpha').cli('status')).stdout).toMatch(
      /assistants 2\.0\.0, of it vision 1\.0\.0, memory/,
    );
    const { stdout } = await cluster.cli('rollout', 'status');
    expect(stdout).toMatch(/Rollout of \w+ to 2\.0\.0 for speech \(r\d+\) succeeded on alpha/);
    const again = await cluster.rollout('2.0.0', '--agents', 'speech');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('it is active already')]);
  });

  it('leaves the others what they start again from: after a crash, and after a boot', async () => {
    const { 'alpha/vision.0': vision = 0 } = pids(cluster, APP);
    process.kill(vision, 'SIGKILL');
    await eventually(() => expect(pids(cluster, APP)['alpha/vision.0'] ?? vision).not.toBe(vision));
    expect((await running())['alpha/vision']).toBe(of(1));
    // As after a boot: neither a process nor a record is left, and everything starts from what is on disk.
    const { daemon } = cluster.host('alpha');
    await daemon.kill();
    for (const { pid } of cluster.agents('alpha')) process.kill(pid, 'SIGKILL');
    await eventually(() => expect(cluster.agents('alpha')).toEqual([]));
    rmSync(join(cluster.folder, 'alpha', 'run'), { recursive: true });
    daemon.start();
    await cluster.ready();
    expect(await running()).toEqual({
      ...{ 'alpha/memory': of(1), 'alpha/speech': of(2), 'alpha/vision': of(1), 'beta/vision': of(1) },
    });
  });
});

describe('a rollback of one agent', () => {
  it('brings it to what it was, without a trial, and leaves every other process as it is', async () => {
    const before = pids(cluster, APP);
    const result = await cluster.cli('rollback', '--agents', 'speech', '--json');
    expect([result.code, lastEvent(result).type, result.stderr]).toEqual([0, 'rollout.succeeded', '']);
    const after = pids(cluster, APP);
    expect({ ...after, 'alpha/speech.0': 0 }).toEqual({ ...before, 'alpha/speech.0': 0 });
    expect(after['alpha/speech.0']).not.toBe(before['alpha/speech.0']);
    expect(new Set(Object.values(await running()))).toEqual(new Set([of(1)]));
    const status = await cluster.cli('status');
    expect(status.stdout).toMatch(/app assistants +1\.0\.0;/);
    const again = await cluster.cli('rollback', '--agents', 'speech');
    expect([again.code, text(again)]).toEqual([4, expect.stringContaining('was brought away from 2.0.0 by rollback')]);
  });

  it('after a rollout of all is of that agent alone', async () => {
    expect((await cluster.rollout('2.0.0')).code).toBe(0);
    expect(new Set(Object.values(await running()))).toEqual(new Set([of(2)]));
    const before = pids(cluster, APP);
    const shown = await cluster.cli(
      'rollback',
      '--agents',
      'memory,vision',
      '--hosts',
      'alpha',
      '--strategy',
      'graceful',
    );
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toMatch(/Plan \w+ for assistants 1\.0\.0, only memory, vision/);
    expect(await running()).toEqual({
      ...{ 'alpha/memory': of(1), 'alpha/speech': of(2), 'alpha/vision': of(1), 'beta/vision': of(2) },
    });
    const after = pids(cluster, APP);
    for (const other of ['alpha/speech.0', 'beta/vision.0']) expect(after[other]).toBe(before[other]);
  });

  it('with --to brings it to any release', async () => {
    const result = await cluster.cli('rollback', '--agents', 'memory', '--to', '2.0.0');
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect((await running())['alpha/memory']).toBe(of(2));
    expect((await running())['alpha/vision']).toBe(of(1));
    const again = await cluster.cli('rollback', '--agents', 'memory', '--to', '2.0.0');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('as asked already')]);
  });
});

it('a rollout of all afterwards brings all to the release, and keeps those that are so already', async () => {
  const before = pids(cluster, APP);
  const result = await cluster.rollout('2.0.0');
  expect(lastEvent(result).type).toBe('rollout.succeeded');
  expect(new Set(Object.values(await running()))).toEqual(new Set([of(2)]));
  const after = pids(cluster, APP);
  expect(after['alpha/speech.0']).toBe(before['alpha/speech.0']);
  expect(after['alpha/memory.0']).toBe(before['alpha/memory.0']);
  expect((await cluster.cli('hosts')).stdout).not.toMatch(/of it/);
});

describe('agents that only one of two releases has', () => {
  const more = (rev: number): Readonly<Record<string, object>> => ({
    hearing: { ...web(PORT + 3, rev), hosts: ['alpha'], depends_on: ['index'] },
    index: { ...web(PORT + 4, rev), hosts: ['alpha'] },
  });
  const names = (): string[] => Object.keys(pids(cluster, APP)).filter((key) => key.startsWith('alpha/'));

  it('come where they are named, with what they need', async () => {
    await cluster.push('3.0.0', agents(3, more(3)));
    const alone = await cluster.rollout('3.0.0', '--agents', 'hearing');
    expect([alone.code, alone.stderr]).toEqual([
      2,
      expect.stringMatching(/On alpha, hearing 3\.0\.0 needs index, which runs nowhere yet\. Name it too/),
    ]);
    const before = pids(cluster, APP);
    expect((await cluster.rollout('3.0.0', '--agents', 'hearing,index')).code).toBe(0);
    expect(names().sort()).toEqual(['hearing', 'index', 'memory', 'speech', 'vision'].map((name) => `alpha/${name}.0`));
    expect(pids(cluster, APP)).toMatchObject(before);
  });

  it('stay where they are not named, and go where they are', async () => {
    await cluster.push('4.0.0', agents(4));
    expect((await cluster.rollout('4.0.0', '--agents', 'speech')).code).toBe(0);
    expect(names()).toHaveLength(5);
    const needed = await cluster.rollout('4.0.0', '--agents', 'index');
    expect([needed.code, needed.stderr]).toEqual([
      2,
      expect.stringMatching(/On alpha, hearing 3\.0\.0 needs index, which is not in 4\.0\.0\. Name hearing too/),
    ]);
    expect((await cluster.rollout('4.0.0', '--agents', 'index,hearing')).code).toBe(0);
    expect(names()).toHaveLength(3);
    const status = await cluster.cli('status', '--json');
    const [app] = status.json<{ apps: { version: string; kept: object[] }[] }>().apps;
    expect(app?.version).toBe('mixed');
    expect(app?.kept).toContainEqual({ name: 'vision', version: '2.0.0' });
  });
});

describe('where it can not be done', () => {
  it('a bad agent of a rollout takes back itself alone', async () => {
    await cluster.push('5.0.0', agents(5, { speech: { ...web(PORT + 1, 5), command: ['false'], hosts: ['alpha'] } }));
    const before = { pids: pids(cluster, APP), running: await running() };
    const result = await cluster.rollout('5.0.0', '--agents', 'speech');
    expect([result.code, lastEvent(result).type]).toEqual([20, 'rollout.rolled_back']);
    const { 'alpha/speech': _speech, ...others } = await running();
    expect(before.running).toMatchObject(others);
    const after = pids(cluster, APP);
    for (const other of ['alpha/vision.0', 'alpha/memory.0']) expect(after[other]).toBe(before.pids[other]);
    const back = await cluster.cli('rollback', '--agents', 'speech', '--to', '5.0.0');
    expect([back.code, text(back)]).toEqual([4, expect.stringContaining('5.0.0 failed in rollout')]);
  });

  it('says so in one sentence', async () => {
    const unknown = await cluster.rollout('2.0.0', '--agents', 'visoin');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(
        /--agents names "visoin", which is neither in 2\.0\.0 nor in what runs\. Did you mean "vision"\?/,
      ),
    ]);
    const elsewhere = await cluster.rollout('2.0.0', '--agents', 'speech', '--hosts', 'beta');
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      2,
      expect.stringMatching(/none of the hosts beta runs or would/),
    ]);
    const back = await cluster.cli('rollback', '--agents', 'visoin');
    expect([back.code, text(back)]).toEqual([2, expect.stringMatching(/"visoin".* Did you mean "vision"\?/)]);
    const kill = await cluster.cli('rollback', '--agents', 'vision', '--strategy', 'emergency');
    expect([kill.code, text(kill)]).toEqual([2, expect.stringMatching(/takes back whole hosts/)]);
  });
});

it('what the store has forgotten is asked of the host', async () => {
  await cluster.redis.empty();
  await cluster.ready();
  const before = pids(cluster, APP);
  // Releases come back from the disk of the coordinator, and what hosts run from the hosts.
  await eventually(async () => {
    const plan = await cluster.cli('rollout', '--version', '2.0.0', '--agents', 'memory', '--plan', '--json');
    expect(plan.json<Plan>().problems).toEqual([]);
  });
  const result = await cluster.rollout('2.0.0', '--agents', 'memory');
  expect([result.code, lastEvent(result).type]).toEqual([0, 'rollout.succeeded']);
  expect((await running())['alpha/memory']).toBe(of(2));
  const after = pids(cluster, APP);
  expect({ ...after, 'alpha/memory.0': 0 }).toEqual({ ...before, 'alpha/memory.0': 0 });
});

it('over REST too', async () => {
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
  expect((await cluster.rollout('2.0.0')).code).toBe(0);
  const post = async (body: object): Promise<{ status: number; body: { error?: string; rollback_id?: string } }> => {
    const answer = await fetch(`http://${cluster.layout.network}.1:7777/rollback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${readFileSync(cluster.layout.token, 'utf8').trim()}` },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { rollback_id?: string } };
  };
  const refused = await post({ agents: ['speech'], strategy: 'emergency' });
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    400,
    expect.stringContaining('takes back whole hosts'),
  ]);
  const begun = await post({ app: APP, agents: ['speech'] });
  expect(begun.status).toBe(202);
  await eventually(async () => {
    expect((await cluster.cli('rollout', 'status', begun.body.rollback_id ?? '', '--json')).code).toBe(0);
    expect((await running())['alpha/speech']).toBe(of(1));
  });
  expect(await running()).toMatchObject({ 'alpha/vision': of(2), 'alpha/memory': of(2), 'beta/vision': of(2) });
});
