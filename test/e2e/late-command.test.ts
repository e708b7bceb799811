/**
 * Commands that arrive late, twice, or from somebody who leads no longer: a real sidecar refuses them with a sentence
 * that names who holds it since when, and nothing that runs is touched.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { connectCoordinator, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, type ClusterHost, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { Daemon } from '../support/daemon.js';
import { pidsByInstance } from '../support/doubles.js';

type App = NonNullable<Awaited<ReturnType<SidecarRemote['Commit']>>>;
type Release = NonNullable<App['active']>;

const HOLDER = 'leader-a';
/** RFC 3339, as in "since 2026-01-01T00:00:00.000Z". */
const WHEN = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const tree = (release: string) => ({
  files: { 'keep.txt': 'the same' },
  agents: {
    keep: { command: ['sleep', '3600'], files: ['keep.txt'], healthcheck: { exec: ['true'] } },
    worker: { command: ['sleep', '3600'], environment: { RELEASE: release }, healthcheck: { exec: ['true'] } },
  },
});

// Leases have to run out.
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;
let host: ClusterHost;
let second: Daemon | undefined;
/** Epoch of HOLDER: above whatever the real coordinator has had. */
let epoch = 0;
let seq = 0;

const running = (): Map<string, number[]> => pidsByInstance(cluster.agents('pc2'));

async function app(): Promise<App> {
  const { apps } = await host.remote.Status({}, { timeoutMs: 5_000 });
  const [found] = apps;
  if (found === undefined) throw new Error('The host knows no app.');
  return found;
}

const command = (step: number, more: { epoch?: number; rollout?: number; holder?: string; id?: string } = {}) => {
  const rollout = more.rollout ?? seq;
  return {
    app: 'default',
    fence: { epoch: more.epoch ?? epoch, rollout, step },
    holder: more.holder ?? HOLDER,
    rollout: more.id ?? `r${rollout}`,
    by: 'alice',
  };
};

const switchTo = (release: Release, step: number, confirmWithinMs = 60_000) =>
  host.remote.Switch({ command: command(step), release, confirmWithinMs, rolloutRecord: '{}' });

async function expectRefused(call: () => Promise<unknown>, sentence: string): Promise<void> {
  const [before, pids] = [await app(), running()];
  await expect(call()).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringMatching(new RegExp(sentence)) as string,
  });
  const after = await app();
  const shown = ({ phase, active, candidate, fence, outcome }: App) => ({ phase, active, candidate, fence, outcome });
  expect(shown(after)).toEqual(shown(before));
  expect(running()).toEqual(pids);
}

/** A trial of the release that is not active, commanded by HOLDER. */
async function beginTrial(confirmWithinMs = 60_000): Promise<{ readonly from: Release; readonly to: Release }> {
  seq += 10;
  const { active, previous } = await app();
  if (active === null || previous === null) throw new Error('The host has no two releases.');
  await switchTo(previous, 5, confirmWithinMs);
  return { from: active, to: previous };
}

const inPhase = (phase: string): Promise<App> =>
  eventually(async () => {
    const now = await app();
    return now.phase === phase ? now : null;
  });

/** Nothing is under way, and what should run does. */
const atRest = (version: string): Promise<App> =>
  eventually(async () => {
    const now = await app();
    const rests = now.candidate === null && now.phase !== 'reverting' && now.converged;
    return rests && now.active?.version === version ? now : null;
  });

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['pc2'] });
  host = cluster.host('pc2');
  for (const version of ['1.0.0', '1.1.0']) {
    await cluster.push(version, tree(version));
    expect(await cluster.rollout(version)).toMatchObject({ code: 0, stderr: '' });
  }
  await cluster.coordinator.kill();
  const status = await host.remote.Status({});
  epoch = status.epoch + 100;
  seq = (status.apps[0]?.fence?.rollout ?? 0) + 100;
  await host.remote.BindEpoch({ epoch, holder: HOLDER });
});
afterEach(async () => {
  expect([...running().keys()].sort()).toEqual(['keep.0', 'worker.0']);
  for (const pids of running().values()) expect(pids).toHaveLength(1);
  await host.remote.Status({});
});
afterAll(async () => {
  await second?.kill();
  await cluster.stop();
});

it('whoever holds an older epoch, or this one in another name, is refused', async () => {
  const { from, to } = await beginTrial();
  await inPhase('trial');
  const since = `This host obeys epoch ${epoch} of ${HOLDER} since ${WHEN}; `;
  const old = { epoch: epoch - 1, holder: 'leader-old' };
  const twin = { epoch, holder: 'leader-twin' };
  const speaksOld = `^${since}leader-old speaks with epoch ${epoch - 1}\\.$`;
  const speaksTwin = `^${since}leader-twin speaks with epoch ${epoch}\\.$`;
  for (const [who, sentence] of [
    [old, speaksOld],
    [twin, speaksTwin],
  ] as const) {
    const late = command(99, { ...who, rollout: seq + 5, id: `r${seq}` });
    await expectRefused(() => host.remote.Commit({ command: late }), sentence);
    await expectRefused(() => host.remote.Revert({ command: late }), sentence);
    await expectRefused(() => host.remote.Switch({ command: late, release: from, rolloutRecord: '{}' }), sentence);
    const renewal = { app: 'default', rollout: `r${seq}`, confirmWithinMs: 1, epoch: who.epoch };
    await expectRefused(() => host.remote.Renew({ ...renewal, holder: who.holder }), sentence);
    await expectRefused(() => host.remote.BindEpoch({ epoch: who.epoch, holder: who.holder }), sentence);
  }
  await host.remote.Commit({ command: command(6) });
  await atRest(to.version);
});

it('an older rollout and an older step are refused', async () => {
  const { to } = await beginTrial();
  await inPhase('trial');
  const gone = (rollout: number, step: number): string =>
    `^default: this command came too late \\(epoch ${epoch}, rollout ${rollout}, step ${step}\\): ` +
    `${HOLDER} has gone on to epoch ${epoch}, rollout ${seq}, step 5 of r${seq} since ${WHEN}\\.$`;
  await expectRefused(() => host.remote.Commit({ command: command(9, { rollout: seq - 1 }) }), gone(seq - 1, 9));
  await expectRefused(() => host.remote.Revert({ command: command(4) }), gone(seq, 4));
  await expectRefused(
    () => host.remote.Commit({ command: command(6, { id: 'r1' }) }),
    'nothing of rollout r1 is on trial',
  );
  await host.remote.Commit({ command: command(6) });
  await atRest(to.version);
});

it('the same command again is answered and not acted on twice', async () => {
  const { from, to } = await beginTrial();
  const trial = await inPhase('trial');
  const before = running();
  expect(await switchTo(to, 5)).toMatchObject({ phase: 'trial', fence: trial.fence, candidate: to });
  expect(running()).toEqual(before);
  const committed = await host.remote.Commit({ command: command(6) });
  expect(committed).toMatchObject({ active: to, previous: from });
  // Were it obeyed, this would be a switch back; as a repetition it is not even looked at.
  expect(await switchTo(from, 6)).toMatchObject({ active: to, candidate: null, fence: committed.fence });
  expect(await host.remote.Commit({ command: command(6) })).toMatchObject({ active: to, previous: from });
  expect(await host.remote.Commit({ command: command(7) })).toMatchObject({ active: to, previous: from });
  await atRest(to.version);
  expect(running()).toEqual(before);
});

it('after a revert that found nothing, the switch that it should undo is refused', async () => {
  seq += 10;
  const { active, previous } = await app();
  const before = running();
  expect(await host.remote.Revert({ command: command(5) })).toMatchObject({ active, candidate: null });
  if (previous === null) throw new Error('The host has no previous release.');
  await expectRefused(() => switchTo(previous, 4), `${HOLDER} has gone on to epoch ${epoch}, rollout ${seq}, step 5`);
  expect(running()).toEqual(before);
});

it('a commit after the lease is over is refused, and so is a renewal', async () => {
  const { from, to } = await beginTrial(250);
  const back = await atRest(from.version);
  expect(back.outcome).toMatchObject({ rollout: `r${seq}`, result: 'reverted' });
  const over = `^default: rollout r${seq} went back on this host: `;
  await expectRefused(() => host.remote.Commit({ command: command(6) }), over);
  const renewal = { app: 'default', epoch, holder: HOLDER, rollout: `r${seq}`, confirmWithinMs: 60_000 };
  await expectRefused(() => host.remote.Renew(renewal), over);
  expect(cluster.agents('pc2', 'worker').map(({ version }) => version)).toEqual([from.version]);
  expect(to.version).not.toBe(from.version);
});

it('a leader that sleeps loses its trial, a new one takes over, and the old one changes nothing when it wakes', async () => {
  cluster.coordinator.start();
  await cluster.ready();
  const { active } = await app();
  if (active === null) throw new Error('Nothing is active.');
  await cluster.push('2.0.0', tree('2.0.0'));
  const run = cluster.follow(['rollout', '--version', '2.0.0', '--json', '--bake', '1h', '--confirm-within', '2s']);
  await inPhase('trial');
  cluster.coordinator.signal('SIGSTOP');
  const back = await atRest(active.version);
  expect(back.outcome).toMatchObject({ result: 'reverted' });
  const before = running();
  const old = (await host.remote.Status({})).epochHolder;

  second = secondCoordinator();
  second.start();
  const endpoint = `${cluster.layout.network}.3:7077`;
  const remote = connectCoordinator({ endpoint, token: ensureToken(cluster.layout.token) });
  try {
    await eventually(async () => expect((await remote.Status({})).leader).toMatch(/^second-/), 60_000);
    await eventually(async () => expect((await host.remote.Status({})).epochHolder).toMatch(/^second-/));
    await eventually(async () => expect((await remote.ListRollouts({})).rollouts[0]?.phase).toBe('rolled_back'));
    const obeyed = await host.remote.Status({});

    cluster.coordinator.signal('SIGCONT');
    const woken = cluster.coordinatorRemote();
    await eventually(async () => expect((await woken.Status({}, { timeoutMs: 2_000 })).leader).toMatch(/^second-/));
    expect(await run.result).toMatchObject({ code: 20, stderr: '' });
    const now = await host.remote.Status({});
    expect([now.epoch, now.epochHolder]).toEqual([obeyed.epoch, obeyed.epochHolder]);
    expect(now.epochHolder).not.toBe(old);
    expect((await app()).active).toEqual(active);
    expect(running()).toEqual(before);
  } finally {
    cluster.coordinator.signal('SIGCONT');
    remote.close();
  }
});

/** Another coordinator of the same fleet, on an address of its own. */
function secondCoordinator(): Daemon {
  const { folder, network } = cluster.layout;
  const text = readFileSync(join(folder, 'coordinator.yaml'), 'utf8');
  const own = text
    .replaceAll(`"${network}.1:`, `"${network}.3:`)
    .replaceAll(`${folder}/coordinator/`, `${folder}/second/`)
    .replace('"host": "coordinator"', '"host": "second"');
  const file = join(folder, 'second.yaml');
  writeFileSync(file, own);
  return new Daemon({
    name: 'second',
    command: [process.execPath, BINS.coordinator, 'serve', '--config', file],
    cwd: folder,
    env: cleanEnvironment(cluster.layout),
    logFile: join(folder, 'second.log'),
  });
}
