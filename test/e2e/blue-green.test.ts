/**
 * A blue-green switch on a real sidecar, commanded over gRPC, under load: no request fails through switch, freeze, revert
 * and commit, whatever was frozen goes on as the same process, and a sidecar that is killed anywhere changes none of it.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, type ClusterHost, startCluster } from '../support/cluster.js';
import { pidsByInstance } from '../support/doubles.js';
import { keptPhase } from '../support/host-state.js';
import { Load } from '../support/load.js';
import { asked, fault } from '../support/rollout-kit.js';

type Status = Awaited<ReturnType<SidecarRemote['Status']>>;
type App = Status['apps'][number];
type Release = NonNullable<App['active']>;

const PORT = 18302;
const HOLDER = 'leader-a';
const FROZEN = 'frozen until the commit';
/** Twice in every release: what a commit replaces and a revert brings back. */
const REPLACED = ['page', 'worker'];

/** `alone`: two of it never run at once. */
const tree = (release: string) => {
  const changing = { environment: { RELEASE: release }, files: ['keep.txt'], stop_grace_period: '30s' };
  const quick = { command: ['sleep', '3600'], healthcheck: { exec: ['true'] } };
  return {
    files: { 'keep.txt': 'the same' },
    agents: {
      keep: { ...quick, files: ['keep.txt'] },
      worker: { ...quick, ...changing },
      alone: { ...quick, ...changing, update_config: { order: 'stop-first' } },
      page: {
        ...changing,
        command: fault('shared-socket.mjs', '200'),
        sockets: [{ name: 'http', listen: `\${OUTRIDER_HOST_ADDRESS}:${PORT}` }],
        healthcheck: asked(PORT),
        depends_on: ['worker'],
      },
    },
  };
};

// Many sidecars come and go in one test.
vi.setConfig({ testTimeout: 240_000 });
let cluster: Cluster;
let host: ClusterHost;
let load: Load;
let epoch = 0;
let seq = 0;

const running = (): Map<string, number[]> => pidsByInstance(cluster.agents('pc2'));
const status = (): Promise<Status> => host.remote.Status({}, { timeoutMs: 5_000 });

async function app(): Promise<App> {
  const [found] = (await status()).apps;
  if (found === undefined) throw new Error('The host knows no app.');
  return found;
}

const command = (step: number) => ({
  app: 'default',
  fence: { epoch, rollout: seq, step },
  holder: HOLDER,
  rollout: `r${seq}`,
  by: 'alice',
});

const inPhase = (phase: string): Promise<App> =>
  eventually(
    async () => {
      const now = await app();
      return now.phase === phase ? now : null;
    },
    { timeoutMs: 60_000, describe: () => `${phase}\n${cluster.lastWords()}` },
  );

/** Nothing is under way, everything of this version runs once and nothing else does. */
async function atRest(version: string): Promise<void> {
  await eventually(
    async () => {
      const { apps, instances } = await status();
      expect(apps.map((one) => [one.active?.version, one.candidate, one.converged])).toEqual([[version, null, true]]);
      expect(apps[0]?.phase).toMatch(/^(idle|committed|staged)$/);
      expect(new Map(instances.map((one) => [`${one.agent}.${one.instance}`, [one.pid]]))).toEqual(running());
      expect(instances.filter(({ ready }) => !ready)).toEqual([]);
      expect(instances.filter(({ agent, version: its }) => agent !== 'keep' && its !== version)).toEqual([]);
    },
    { timeoutMs: 60_000 },
  );
  expect([...running().keys()].sort()).toEqual(['alone.0', 'keep.0', 'page.0', 'worker.0']);
}

interface Turn {
  readonly from: Release;
  readonly to: Release;
}

/** Where the host is, and the release that it ran before. */
async function nextTurn(): Promise<Turn> {
  const { active, previous } = await app();
  if (active === null || previous === null) throw new Error('The host has no two releases.');
  seq += 10;
  return { from: active, to: previous };
}

const begin = ({ to }: Turn): Promise<unknown> =>
  host.remote.Switch({
    command: command(5),
    release: to,
    confirmWithinMs: 300_000,
    rolloutRecord: '{}',
    strategy: 'blue-green',
  });

async function instanceOf(agent: string, version: string) {
  const { instances } = await status();
  const found = instances.find((one) => one.agent === agent && one.version === version);
  if (found === undefined) throw new Error(`There is no ${agent} of ${version}.`);
  const { pid, incarnation, restarts } = found;
  return { pid, incarnation, restarts, state: found.state, reason: found.reason };
}
const all = (version: string) => Promise.all(REPLACED.map((agent) => instanceOf(agent, version)));
const processState = (pid: number): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';

async function expectFrozen(version: string, before: readonly { readonly pid: number }[]): Promise<void> {
  const now = await all(version);
  expect(now).toMatchObject(before.map(({ pid }) => ({ pid, state: 'draining', reason: FROZEN })));
  expect(before.map(({ pid }) => processState(pid))).toEqual(before.map(() => 'T'));
  // For whoever counts: nobody's failure.
  const { instances } = await status();
  expect(
    instances
      .filter(({ kept }) => kept === true)
      .map(({ agent }) => agent)
      .sort(),
  ).toEqual(REPLACED);
  expect(instances.filter(({ critical, overdue }) => critical && overdue)).toEqual([]);
}

/** One sidecar after the other, each dying where it is told to, the last one living. */
async function dieAt(
  deaths: readonly (readonly [at: string, phase: string])[],
  first: () => Promise<unknown>,
): Promise<void> {
  const start = (at?: string): void =>
    host.daemon.start(at === undefined ? {} : { OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: at });
  await host.daemon.stop();
  start(deaths[0]?.[0]);
  await eventually(status);
  // Whoever commands may see nothing but that the connection is gone.
  await first().catch(() => undefined);
  for (const [index, [at, phase]] of deaths.entries()) {
    await host.daemon.ended();
    expect(`${at}: ${keptPhase(cluster, 'pc2')}`).toBe(`${at}: ${phase}`);
    start(deaths[index + 1]?.[0]);
  }
  await eventually(status);
}

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['pc2'] });
  host = cluster.host('pc2');
  for (const version of ['1.0.0', '1.1.0']) {
    await cluster.push(version, tree(version));
    expect(await cluster.rollout(version)).toMatchObject({ code: 0, stderr: '' });
  }
  await cluster.coordinator.kill();
  const now = await status();
  epoch = now.epoch + 100;
  seq = (now.apps[0]?.fence?.rollout ?? 0) + 100;
  await host.remote.BindEpoch({ epoch, holder: HOLDER });
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  load = new Load({ host: host.address, port: PORT, callers: 2 });
  await load.more(20);
});
afterEach(() => load.end());

it('keeps what is old, frozen, and goes back to it or ends it', async () => {
  const turn = await nextTurn();
  const before = await all(turn.from.version);
  const lonely = await instanceOf('alone', turn.from.version);
  await begin(turn);
  await inPhase('trial');
  await expectFrozen(turn.from.version, before);
  expect(running().get('alone.0')).not.toContain(lonely.pid);
  expect(running().get('page.0')).toHaveLength(2);
  // While the old one is frozen, only the new one answers.
  const asked = load.answers.length;
  await load.more(50);
  const late = load.answers.slice(asked + 2).map(({ text }) => text.split(' ')[0]);
  expect(new Set(late)).toEqual(new Set([turn.to.version]));

  // What a plan asks for: how much each uses, what is frozen too, and how much there is.
  await eventually(
    async () => {
      const { instances, system } = await status();
      expect(instances.map(({ memoryBytes }) => (memoryBytes ?? 0) > 0)).toEqual(instances.map(() => true));
      expect(system?.memoryAvailableBytes).toBeGreaterThan(0);
    },
    { timeoutMs: 60_000 },
  );

  await host.remote.Revert({ command: command(6), reason: 'worse' });
  await atRest(turn.from.version);
  expect(await all(turn.from.version)).toEqual(before);
  await load.more(50);

  seq += 10;
  await begin(turn);
  await inPhase('trial');
  await expectFrozen(turn.from.version, before);
  await host.remote.Commit({ command: command(6) });
  await atRest(turn.to.version);
  expect(before.flatMap(({ pid }) => [...running().values()].flat().filter((one) => one === pid))).toEqual([]);
  await load.more(50);
  await load.end();
  expect(load.failed).toEqual([]);
});

it('comes to its commit with a sidecar that dies at every step', async () => {
  const turn = await nextTurn();
  const before = await all(turn.from.version);
  await dieAt(
    [
      ['state.write.after:switching', 'switching'],
      ['spawn.before-record:1', 'switching'],
      ['freeze.before:1', 'switching'],
      ['freeze.after:1', 'switching'],
      ['freeze.after:2', 'switching'],
      ['state.write.before:trial', 'switching'],
      ['state.write.after:trial', 'trial'],
    ],
    () => begin(turn),
  );
  await inPhase('trial');
  await expectFrozen(turn.from.version, before);
  await dieAt([['state.write.before:idle', 'trial']], () => host.remote.Commit({ command: command(6) }));
  await expectFrozen(turn.from.version, before);
  await dieAt(
    [
      ['state.write.after:idle', 'idle'],
      ['thaw.before:1', 'idle'],
      ['thaw.after:1', 'idle'],
    ],
    () => host.remote.Commit({ command: command(7) }),
  );
  await atRest(turn.to.version);
  await load.more(20);
  await load.end();
  expect(load.failed).toEqual([]);
});

it('goes back with a sidecar that dies at every step, to the same processes', async () => {
  const turn = await nextTurn();
  const before = await all(turn.from.version);
  await begin(turn);
  await inPhase('trial');
  await dieAt([['state.write.before:reverting', 'trial']], () =>
    host.remote.Revert({ command: command(6), reason: 'worse' }),
  );
  await expectFrozen(turn.from.version, before);
  await dieAt(
    [
      ['state.write.after:reverting', 'reverting'],
      ['thaw.before:1', 'reverting'],
      ['thaw.after:1', 'reverting'],
      ['thaw.after:2', 'reverting'],
      ['state.write.before:idle', 'reverting'],
    ],
    () => host.remote.Revert({ command: command(7), reason: 'worse' }),
  );
  await atRest(turn.from.version);
  expect(await all(turn.from.version)).toEqual(before);
  await load.more(20);
  await load.end();
  expect(load.failed).toEqual([]);
});

it('one that was frozen and died while no sidecar looked is started anew on the way back', async () => {
  const turn = await nextTurn();
  const [page, worker] = await all(turn.from.version);
  await begin(turn);
  await inPhase('trial');
  await host.daemon.kill();
  process.kill(worker!.pid, 'SIGKILL');
  host.daemon.start();
  await eventually(status);
  await host.remote.Revert({ command: command(6), reason: 'worse' });
  await atRest(turn.from.version);
  const [after, anew] = await all(turn.from.version);
  expect(after).toEqual(page);
  expect(anew?.pid).not.toBe(worker?.pid);
  await load.end();
  expect(load.failed).toEqual([]);
});
