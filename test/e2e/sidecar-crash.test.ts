/**
 * A sidecar that is killed with -9 at each step of a switch and started again: the rollout ends as it would have
 * ended, and no agent is lost, doubled or restarted for it.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliResult, CliRun } from '../support/cli-run.js';
import { type Cluster, type ClusterHost, startCluster } from '../support/cluster.js';
import { type DoublesWatch, pidsByInstance, watchForDoubles } from '../support/doubles.js';
import { keptPhase } from '../support/host-state.js';
import type { ReleaseTree } from '../support/release-tree.js';

/** Answers 503 while the file `NOT_READY` is there; once asked to stop, ends when `MAY_STOP` is. */
const WEB = `
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const { WHERE, NOT_READY, MAY_STOP } = process.env;
const [host, port] = WHERE.split(':');
const status = () => (existsSync(NOT_READY) ? 503 : 200);
createServer((_, response) => response.writeHead(status()).end()).listen(Number(port), host);
process.on('SIGTERM', () => setInterval(() => existsSync(MAY_STOP) && process.exit(0), 10));
`;
const ALL = ['keep.0', 'pair.0', 'pair.1', 'web.0'];

// Many sidecars come and go in one test.
vi.setConfig({ testTimeout: 180_000 });
let cluster: Cluster;
let host: ClusterHost;
let serial = 0;
let version: string;
const mark = (name: string): string => join(cluster.folder, name);

function tree(more: Readonly<Record<string, object>> = {}): ReleaseTree {
  const where = '${OUTRIDER_HOST_ADDRESS}:18080';
  const changing = { RELEASE: version };
  return {
    files: { 'web.mjs': WEB, 'keep.txt': 'the same in every release' },
    agents: {
      keep: { command: ['sleep', '3600'], files: ['keep.txt'], healthcheck: { exec: ['true'] } },
      pair: { command: ['sleep', '3600'], environment: changing, replicas: 2, healthcheck: { exec: ['true'] } },
      web: {
        command: [process.execPath, 'web.mjs'],
        environment: { ...changing, WHERE: where, NOT_READY: mark('not-ready'), MAY_STOP: mark('may-stop') },
        healthcheck: { http: { url: `http://${where}/` } },
        stop_grace_period: '60s',
        depends_on: ['pair'],
      },
      ...more,
    },
  };
}

const begin = (): CliRun => cluster.follow(['rollout', '--version', version, '--json', '--bake', '200ms']);
const running = (): Map<string, number[]> => pidsByInstance(cluster.agents('pc2'));

/** Every instance runs once, the host says the same, and it is this version wherever something changed. */
async function expectWhole(active: string): Promise<void> {
  await eventually(async () => {
    const { apps, instances } = await host.remote.Status({});
    expect(apps.map((app) => [app.active?.version, app.converged, app.candidate])).toEqual([[active, true, null]]);
    expect(apps[0]?.phase).toMatch(/^(idle|committed)$/);
    expect(new Map(instances.map((one) => [`${one.agent}.${one.instance}`, [one.pid]]))).toEqual(running());
  });
  const found = cluster.agents('pc2').filter(({ agent }) => agent !== 'keep');
  expect(new Set(found.map((one) => one.version))).toEqual(new Set([active]));
  expect([...running().keys()].sort()).toEqual(ALL);
}

async function stateOf(agent: string): Promise<string[]> {
  const { instances } = await host.remote.Status({}, { timeoutMs: 2_000 });
  return instances.filter((one) => one.agent === agent).map(({ state }) => state);
}

function expectEnd(result: CliResult, expected: number): OutriderEvent | undefined {
  expect([result.code, result.stderr]).toEqual([expected, '']);
  return result.events<OutriderEvent>().at(-1);
}

interface Death {
  /** A point of crash-for-tests; starts are counted anew by each sidecar. */
  readonly at: string;
  /** What it leaves on disk. */
  readonly phase: string;
  readonly then?: () => void;
}

/** Runs the rollout with one sidecar after the other, each dying where it is told to, the last one living. */
async function dieAt(...deaths: readonly Death[]): Promise<CliResult> {
  const start = (next: Death | undefined): void =>
    host.daemon.start(next === undefined ? {} : { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: next.at });
  await host.daemon.stop();
  start(deaths[0]);
  await cluster.ready();
  await eventually(async () => (await host.remote.Status({}, { timeoutMs: 2_000 })).apps.every((app) => app.converged));
  const { result } = begin();
  for (const [index, { at, phase, then }] of deaths.entries()) {
    await host.daemon.ended();
    expect(`${at}: ${keptPhase(cluster, 'pc2')}`).toBe(`${at}: ${phase}`);
    then?.();
    start(deaths[index + 1]);
  }
  return result;
}

let active: string;
let watch: DoublesWatch;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['pc2'] });
  host = cluster.host('pc2');
  writeFileSync(mark('may-stop'), '');
  version = '1.0.0';
  await cluster.push(version, tree());
  expectEnd(await begin().result, 0);
  active = version;
});
afterAll(() => cluster.stop());

beforeEach(({ onTestFailed, onTestFinished }) => {
  onTestFailed(() => console.error(cluster.lastWords()));
  serial += 1;
  version = `2.0.${serial}`;
  writeFileSync(mark('may-stop'), '');
  rmSync(mark('not-ready'), { force: true });
  watch = watchForDoubles(() => cluster.agents('pc2'), ['keep.0']);
  onTestFinished(async () => {
    // However slow this machine is, it has looked to the end.
    const seen = watch.looks;
    await eventually(() => watch.looks > seen);
    watch.stop();
  });
});

describe('a good release goes on to its end', () => {
  it('with a sidecar that dies at every step', async () => {
    await cluster.push(version, tree());
    const result = await dieAt(
      // Once it has begun to fetch, when it has fetched, when that is written down.
      { at: 'state.write.after:running', phase: 'staging running' },
      { at: 'state.write.before:done', phase: 'staging running' },
      { at: 'state.write.after:done', phase: 'staging done' },
      // Before the switch is accepted, and right after.
      { at: 'state.write.before:switching', phase: 'staging done' },
      { at: 'state.write.after:switching', phase: 'switching' },
      // Before the first start, between a start and its record, and after the record of the next.
      { at: 'spawn.before:1', phase: 'switching' },
      { at: 'spawn.before-record:1', phase: 'switching' },
      { at: 'spawn.after-record:1', phase: 'switching' },
      // When all are ready, once the trial has begun, before the commit is accepted.
      { at: 'state.write.before:trial', phase: 'switching' },
      { at: 'state.write.after:trial', phase: 'trial' },
      { at: 'state.write.before:idle', phase: 'trial' },
    );
    expect(expectEnd(result, 0)).toMatchObject({ type: 'rollout.succeeded', data: { hosts: { pc2: 'committed' } } });
    active = version;
    await expectWhole(active);
  });

  it('with a sidecar that dies right after the commit was accepted', async () => {
    await cluster.push(version, tree());
    expectEnd(await dieAt({ at: 'state.write.after:idle', phase: 'idle' }), 0);
    active = version;
    await expectWhole(active);
  });

  it('with a sidecar that dies while an old agent stops, and while a new one becomes ready', async () => {
    await cluster.push(version, tree());
    rmSync(mark('may-stop'));
    writeFileSync(mark('not-ready'), '');
    const { result } = begin();
    const killed = async (state: string): Promise<void> => {
      await eventually(async () => {
        expect(await stateOf('web')).toEqual([state]);
        expect(running().get('web.0')).toHaveLength(1);
      });
      const before = running();
      await host.daemon.restart();
      await eventually(async () => expect(await stateOf('web')).toEqual([state]));
      expect(running()).toEqual(before);
    };
    await killed('draining');
    writeFileSync(mark('may-stop'), '');
    await killed('starting');
    const before = running();
    rmSync(mark('not-ready'));
    expectEnd(await result, 0);
    expect(running()).toEqual(before);
    active = version;
    await expectWhole(active);
  });
});

describe('a bad release is taken back', () => {
  it('with a sidecar that dies at every step', async () => {
    const { agents, files } = tree();
    const web = { command: ['sh', '-c', 'echo no use >&2; exit 3'], depends_on: ['pair'] };
    await cluster.push(version, { files: files ?? {}, agents: { ...(agents as Record<string, object>), web } });
    const result = await dieAt(
      { at: 'state.write.after:switching', phase: 'switching' },
      { at: 'spawn.before-record:2', phase: 'switching' },
      { at: 'spawn.after-record:1', phase: 'switching' },
      // When it has failed, and once that is written down.
      { at: 'state.write.before:reverting', phase: 'switching' },
      { at: 'state.write.after:reverting', phase: 'reverting' },
      // On the way back.
      { at: 'spawn.before-record:1', phase: 'reverting' },
      { at: 'spawn.after-record:1', phase: 'reverting' },
      { at: 'state.write.before:idle', phase: 'reverting' },
    );
    expect(expectEnd(result, 20)).toMatchObject({
      type: 'rollout.rolled_back',
      data: { culprit: { host: 'pc2', agent: 'web', log: expect.arrayContaining(['no use']) as string[] } },
    });
    await expectWhole(active);
  });

  it('with a sidecar that dies in trial, and an agent of the new version with it', async () => {
    await cluster.push(version, tree());
    const killWeb = (): void => {
      for (const pid of running().get('web.0') ?? []) process.kill(pid, 'SIGKILL');
    };
    const result = await dieAt({ at: 'state.write.after:trial', phase: 'trial', then: killWeb });
    expect(expectEnd(result, 20)).toMatchObject({ data: { culprit: { host: 'pc2', agent: 'web' } } });
    await expectWhole(active);
  });
});

it('a sidecar that dies while it does nothing finds every agent again', async () => {
  const before = running();
  for (const how of ['kill', 'stop'] as const) {
    await host.daemon[how]();
    host.daemon.start();
    await expectWhole(active);
    expect(running()).toEqual(before);
  }
  const { instances } = await host.remote.Status({});
  expect(instances.map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0]);
});

it('an agent that dies while nobody looks is started again, once', async () => {
  const before = running();
  await host.daemon.kill();
  for (const pid of before.get('pair.1') ?? []) process.kill(pid, 'SIGKILL');
  host.daemon.start();
  await expectWhole(active);
  const { 'pair.1': lost, ...kept } = Object.fromEntries(before);
  expect(Object.fromEntries(running())).toMatchObject(kept);
  expect(running().get('pair.1')).not.toEqual(lost);
});
