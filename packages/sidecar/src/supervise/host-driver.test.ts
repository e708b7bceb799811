import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HostCommand } from '../link/ports.js';
import { createReleases } from '../release/releases.js';
import { type BlobServer, startBlobServer, TOKEN } from '../release/testing/blob-server.js';
import { agentOf, type Sample, sampleOf } from '../release/testing/sample.js';
import { createDurableStore } from '../store/durable-state.js';
import { createHostDriver, type HostDriver } from './host-driver.js';
import type { HostDriverOptions } from './host-driver-options.js';
import type { DurableStore } from './ports.js';
import { ToldSupervisor } from './testing/told-supervisor.js';

const CONVERGED = { state: 'converged' } as const;
const CULPRIT = { agent: 'memory', instance: 0, cause: 'exited with code 1', log: ['boom'] };
const spec = { agents: [agentOf('memory')] };
const OLD = sampleOf('1.0.0', { 'agents.yaml': 'old', 'memory.py': 'old' }, spec);
const NEW = sampleOf('1.1.0', { 'agents.yaml': 'new', 'memory.py': 'new' }, spec);
const OTHER = sampleOf('2.0.0', { 'agents.yaml': 'other' }, { ...spec, app: 'other' });

const command = (step: number, rollout = 1, epoch = 1, app = 'assistants'): HostCommand => ({
  app,
  fence: { epoch, rollout, step },
  holder: `leader-${epoch}`,
  rollout: `r${rollout}`,
  by: 'alice',
});

let server: BlobServer;
let folder: string;
let clock: ManualClock;
let supervisor: ToldSupervisor;
let driver: HostDriver;
let events: { type: EventType; reason?: string; data?: Readonly<Record<string, unknown>> }[];
let disk: { refuses: boolean };
let problems: unknown[];

beforeAll(async () => {
  server = await startBlobServer([...OLD.contents, ...NEW.contents, ...OTHER.contents]);
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-driver-'));
  clock = new ManualClock();
  events = [];
  problems = [];
  disk = { refuses: false };
  start();
});
afterEach(() => {
  driver.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A sidecar's start: on the same disk, with agents that nobody has said anything of yet. */
function start(patch: Partial<HostDriverOptions> = {}, told = new ToldSupervisor()): void {
  supervisor = told;
  const durable = createDurableStore(folder);
  const store: DurableStore = {
    load: () => durable.load(),
    write: (state) => {
      if (disk.refuses) throw new Error('the disk refuses');
      durable.write(state);
    },
  };
  driver = createHostDriver({
    host: 'pc2',
    address: '127.0.0.12',
    environment: 'local',
    labels: { gpu: 'true' },
    sidecar: { pid: 1, version: '0.1.0', startedAt: '' },
    bootId: 'boot-1',
    clock,
    store,
    releases: createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 }),
    supervisor,
    agents: { instances: () => [] },
    events: { emit: (type, fields) => events.push({ type, ...fields }) },
    system: () => ({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3 }),
    reserved: [{ address: '0.0.0.0:7070', owner: "the sidecar's gRPC" }],
    localAddresses: () => ['127.0.0.1', '10.0.0.2'],
    refusals: [],
    onProblem: (error) => problems.push(error),
    ...patch,
  });
  driver.start();
}

const restart = (patch: Partial<HostDriverOptions> = {}, told?: ToldSupervisor): void => {
  driver.stop();
  start(patch, told);
};

const status = (app = 'assistants'): AppStatus => {
  const found = driver.status().apps.find((candidate) => candidate.app === app);
  if (found === undefined) throw new Error(`${app} is unknown to the host`);
  return found;
};

const phaseIs = (phase: AppStatus['phase'], app = 'assistants'): Promise<unknown> =>
  eventually(() => status(app).phase === phase, { describe: () => `${phase}: ${JSON.stringify(status(app))}` });

const lastTarget = (app = 'assistants'): string => {
  const last = supervisor.last(app);
  return last === undefined ? 'none yet' : `${last.target?.release.version ?? 'nothing'} ${last.mode}`;
};
const targetIs = (target: string): Promise<unknown> =>
  eventually(() => lastTarget() === target, { describe: () => `target ${target}, not ${lastTarget()}` });

async function stage({ documents }: Sample, by: HostCommand): Promise<void> {
  driver.stage(by, { ...documents, sources: [server.address] });
  const wanted = documents.release.specDigest;
  await eventually(() => status(by.app).staging?.specDigest === wanted && status(by.app).staging?.state === 'done');
}

/** Brings a release to its end: staged, switched, on trial, committed. */
async function rollOut(sample: Sample, rollout: number): Promise<void> {
  await toTrial(sample, rollout);
  driver.commit(command(9, rollout));
  await phaseIs('committed');
}

async function toTrial(sample: Sample, rollout: number): Promise<void> {
  await toSwitching(sample, rollout);
  supervisor.say('assistants', CONVERGED);
  await phaseIs('trial');
}

async function toSwitching(sample: Sample, rollout: number): Promise<void> {
  await stage(sample, command(1, rollout));
  driver.switchTo(command(2, rollout), sample.release, 120_000, `{"id":"r${rollout}"}`);
  await targetIs(`${sample.release.version} switch`);
}

describe('the way forward', () => {
  it('stages, switches, tries and commits, and tells of each step', async () => {
    await toSwitching(OLD, 1);
    expect(status()).toMatchObject({
      phase: 'switching',
      converged: false,
      waitingFor: 'memory',
      rolloutRecord: '{"id":"r1"}',
    });
    supervisor.say('assistants', CONVERGED);
    await phaseIs('trial');
    expect(lastTarget()).toBe('1.0.0 trial');
    expect(status()).toMatchObject({ converged: true, leaseRemainingMs: 120_000, candidate: OLD.release });
    const committed = driver.commit(command(3));
    expect(committed).toMatchObject({
      phase: 'committed',
      active: OLD.release,
      fence: { epoch: 1, rollout: 1, step: 3 },
      outcome: { rollout: 'r1', result: 'committed' },
      agents: [{ name: 'memory', fingerprint: 'fingerprint-memory', replicas: 1 }],
    });
    expect(lastTarget()).toBe('1.0.0 steady');
    expect(events.map(({ type }) => type)).toEqual(
      ['staging', 'staged', 'switching', 'trial', 'committed'].map((step) => `rollout.host.${step}`),
    );
    expect(events[4]?.data).toEqual({ rollout: 'r1', version: '1.0.0' });
    expect(driver.status()).toMatchObject({ host: 'pc2', epoch: 1, epochHolder: 'leader-1', labels: { gpu: 'true' } });
  });

  it('is told in bursts, not change by change', async () => {
    let told = 0;
    await clock.advance(0);
    await clock.advance(1_000);
    driver.onChange(() => (told += 1));
    for (let count = 0; count < 20; count += 1) supervisor.say('assistants', CONVERGED);
    await clock.advance(0);
    await clock.advance(1_000);
    expect(told).toBe(1);
  });

  it('refuses to switch to what was never staged', () => {
    expect(() => driver.switchTo(command(2), NEW.release, 1000, '')).toThrow('1.1.0 is not staged on this host');
    expect(driver.status().apps).toEqual([]);
  });

  it('says why a release could not be fetched', async () => {
    driver.stage(command(1), { ...NEW.documents, sources: ['127.0.0.1:1'] });
    await eventually(() => status().staging?.state === 'failed');
    expect(status().staging?.reason).toMatch(/^1 file could not be fetched\. Cannot reach 127\.0\.0\.1:1/);
    expect(status().phase).toBe('idle');
  });
});

describe('the way back', () => {
  beforeEach(() => rollOut(OLD, 1));

  it('is taken at once where the switch fails, naming the culprit', async () => {
    await toSwitching(NEW, 2);
    supervisor.say('assistants', { state: 'failed', culprit: CULPRIT });
    await phaseIs('reverting');
    await targetIs('1.0.0 steady');
    expect(status()).toMatchObject({
      active: OLD.release,
      outcome: { rollout: 'r2', reason: 'memory: exited with code 1', culprit: { host: 'pc2', ...CULPRIT } },
    });
    expect(status().previous).toBeUndefined();
    supervisor.say('assistants', CONVERGED);
    await phaseIs('idle');
    expect(events.slice(-3).map(({ type }) => type)).toEqual(
      ['failed', 'reverting', 'reverted'].map((step) => `rollout.host.${step}`),
    );
    expect(events.at(-3)?.data).toMatchObject({ version: '1.1.0', culprit: { agent: 'memory' } });
  });

  it('is taken when a person on the host says so, without a leader and without a fence', async () => {
    await toTrial(NEW, 2);
    const { fence } = status();
    expect(driver.revertHere('assistants', 'ada', 'it talks nonsense')).toMatchObject({ phase: 'reverting' });
    await targetIs('1.0.0 steady');
    expect(status()).toMatchObject({ fence, outcome: { reason: 'reverted on the host by ada: it talks nonsense' } });
    supervisor.say('assistants', CONVERGED);
    await phaseIs('idle');
    expect(status()).toMatchObject({ active: OLD.release });
    expect(driver.revertHere('assistants', 'ada', '')).toMatchObject({ phase: 'idle', active: OLD.release });
    expect(() => driver.revertHere('nobody', 'ada', '')).toThrow('No app nobody on this host.');
  });

  it('is taken when nobody confirms the trial', async () => {
    await toTrial(NEW, 2);
    await clock.advance(100_000);
    driver.renew({ app: 'assistants', epoch: 1, holder: 'leader-1', rollout: 'r2', confirmWithinMs: 120_000 });
    await clock.advance(119_000);
    expect(status().phase).toBe('trial');
    await clock.advance(1_000);
    expect(status()).toMatchObject({
      phase: 'reverting',
      outcome: { reason: 'the trial was not confirmed within 120 s' },
    });
    await targetIs('1.0.0 steady');
  });

  it('is taken when the switch comes to no end', async () => {
    await toSwitching(NEW, 2);
    await clock.advance(3_600_000);
    expect(status().outcome?.reason).toMatch(/^the agents were not ready within \d+ s; waiting for memory$/);
  });

  it('leads over files that were mended first', async () => {
    await toTrial(NEW, 2);
    const path = join(folder, 'releases/assistants', OLD.release.digest, 'memory.py');
    writeFileSync(path, 'broken by an agent');
    driver.revert(command(5, 2), 'pc1 failed');
    await targetIs('1.0.0 steady');
    expect(status().outcome?.reason).toBe('pc1 failed');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('holds the switch still while the files are proven', async () => {
    await toSwitching(NEW, 2);
    expect(supervisor.held).toEqual([]);
    driver.revert(command(5, 2), 'pc1 failed');
    expect([supervisor.held, lastTarget()]).toEqual([['assistants'], '1.1.0 switch']);
    await targetIs('1.0.0 steady');
  });

  it('says what is wrong with the files, and goes on trying', async () => {
    await toTrial(NEW, 2);
    const tree = join(folder, 'releases/assistants', OLD.release.digest);
    const blobs = join(folder, 'blobs');
    writeFileSync(join(folder, 'releases/assistants/sources.json'), '[]');
    writeFileSync(join(tree, 'memory.py'), 'broken by an agent');
    renameSync(blobs, join(folder, 'hidden'));
    mkdirSync(blobs);
    driver.revert(command(5, 2), '');
    await eventually(() => status().stuckOn !== undefined);
    expect(status()).toMatchObject({
      phase: 'reverting',
      converged: false,
      stuckOn: { host: 'pc2', agent: 'the files of 1.0.0' },
    });
    expect(status().stuckOn?.cause).toMatch(/^memory\.py of assistants 1\.0\.0 is not what the release says/);
    expect(lastTarget()).toBe('1.1.0 trial');
    rmSync(blobs, { recursive: true });
    renameSync(join(folder, 'hidden'), blobs);
    await clock.advance(5_000);
    await targetIs('1.0.0 steady');
  });

  it('names who holds it up, without giving up', async () => {
    await toTrial(NEW, 2);
    driver.revert(command(5, 2), 'pc1 failed');
    await targetIs('1.0.0 steady');
    supervisor.say('assistants', { state: 'converging', waitingFor: 'memory', culprit: CULPRIT });
    expect(status()).toMatchObject({ phase: 'reverting', stuckOn: { host: 'pc2', agent: 'memory' } });
    await clock.advance(86_400_000);
    expect(status().phase).toBe('reverting');
    supervisor.say('assistants', CONVERGED);
    await phaseIs('idle');
    expect(status().stuckOn).toBeUndefined();
  });

  it('is not left before it is proven that there is a way back', async () => {
    await stage(NEW, command(1, 2));
    writeFileSync(join(folder, 'releases/assistants/sources.json'), '[]');
    writeFileSync(join(folder, 'releases/assistants', OLD.release.digest, 'memory.py'), 'broken');
    rmSync(join(folder, 'blobs', sha256('old').slice(0, 2), sha256('old')));
    driver.switchTo(command(2, 2), NEW.release, 120_000, '{}');
    await phaseIs('reverting');
    expect(status().outcome?.reason).toMatch(/^memory\.py of assistants 1\.0\.0 is not what the release says/);
    expect(supervisor.targets.map(({ target }) => target?.release.version)).not.toContain('1.1.0');
    // That is no fault of the new release: a rollback may still choose it.
    expect(driver.switchTo(command(1, 3), NEW.release, 0, '{}').active).toEqual(NEW.release);
  });

  it('begins the time for a switch when the files are proven', async () => {
    const real = createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 });
    let prove: () => void = () => undefined;
    const proven = new Promise<void>((resolve) => (prove = resolve));
    const slow = Object.assign(Object.create(real) as typeof real, {
      verify: async (...given: Parameters<typeof real.verify>) => proven.then(() => real.verify(...given)),
    });
    await stage(NEW, command(1, 2));
    restart({ releases: slow });
    driver.switchTo(command(2, 2), NEW.release, 120_000, '{}');
    for (let seconds = 0; seconds < 3_600; seconds += 5) await clock.advance(5_000);
    expect(status()).toMatchObject({ phase: 'switching', waitingFor: 'the files of 1.1.0 to be verified' });
    prove();
    await targetIs('1.1.0 switch');
    await clock.advance(25_000);
    expect(status().phase).toBe('switching');
    await clock.advance(3_600_000);
    expect(status().outcome?.reason).toContain('the agents were not ready within');
  });

  it('blames the new release for a switch without end only where one of its own is not ready', async () => {
    const shown = { host: 'pc2', app: 'assistants', agent: 'memory', instance: 0, version: '1.1.0', pid: 1 };
    const more = { restarts: 0, since: '', reason: '', critical: true, overdue: false, healthScore: 0 };
    const one = { ...shown, ...more, incarnation: 'i1', state: 'starting', ready: false } as const;
    for (const [rollout, fingerprint] of [[2, 'fingerprint-memory'] as const, [4, 'new'] as const]) {
      restart({ agents: { instances: () => [{ ...one, fingerprint }] } });
      await toSwitching(NEW, rollout);
      events = [];
      await clock.advance(3_600_000);
      const told = events.some(({ type }) => type === 'rollout.host.failed');
      expect([fingerprint, told]).toEqual([fingerprint, fingerprint === 'new']);
      supervisor.say('assistants', CONVERGED);
      await targetIs('1.0.0 steady');
      supervisor.say('assistants', CONVERGED);
      await eventually(() => ['idle', 'staged'].includes(status().phase));
    }
  });

  it('is a rollback without trial: active before the first agent is touched', async () => {
    await rollOut(NEW, 2);
    const back = driver.switchTo(command(1, 3), OLD.release, 0, '{}');
    expect(back).toMatchObject({ phase: 'reverting', active: OLD.release, previous: NEW.release });
    await targetIs('1.0.0 steady');
    restart();
    await targetIs('1.0.0 steady');
    supervisor.say('assistants', CONVERGED);
    await phaseIs('committed');
    expect(status().outcome).toMatchObject({ rollout: 'r3', result: 'committed' });
  });
});

describe('a start of the sidecar', () => {
  it('says at once what should run: the active release, or the candidate where one is under way', async () => {
    await rollOut(OLD, 1);
    restart();
    expect(lastTarget()).toBe('1.0.0 steady');
    await toTrial(NEW, 2);
    restart();
    expect(lastTarget()).toBe('1.1.0 trial');
    expect(status()).toMatchObject({ phase: 'trial', leaseRemainingMs: 120_000 });
  });

  it('after a reboot in the trial goes back', async () => {
    await rollOut(OLD, 1);
    await toTrial(NEW, 2);
    restart({ bootId: 'boot-2' });
    expect(status().outcome?.reason).toBe('the host restarted during the trial');
    await targetIs('1.0.0 steady');
    expect(supervisor.targets.map(({ target }) => target?.release.version)).toEqual(['1.0.0']);
  });

  it('after a reboot in the trial of a first release runs nothing', async () => {
    await toTrial(OLD, 1);
    restart({ bootId: 'boot-2' });
    await targetIs('nothing steady');
    supervisor.say('assistants', CONVERGED);
    await phaseIs('idle');
    expect(status().active).toBeUndefined();
  });

  it('goes on with a fetch that was under way', async () => {
    driver.stage(command(1), { ...NEW.documents, sources: [server.address] });
    restart();
    await eventually(() => status().staging?.state === 'done');
    expect(status().phase).toBe('staged');
  });

  it('does not guess where its state is damaged', async () => {
    await rollOut(OLD, 1);
    driver.stop();
    writeFileSync(join(folder, 'state/host.json'), '{');
    start();
    const sentence = /Cannot read .*host\.json: it is not whole\. The file is kept and nothing is guessed/;
    expect(driver.status()).toMatchObject({ apps: [], problems: [expect.stringMatching(sentence)] });
    expect(() => driver.bindEpoch(9, 'leader-9')).toThrow(sentence);
    expect(() => driver.stage(command(2), { ...NEW.documents, sources: [] })).toThrow(sentence);
    expect(() => driver.switchTo(command(3), NEW.release, 1000, '')).toThrow(sentence);
    expect(readFileSync(join(folder, 'state/host.json'), 'utf8')).toBe('{');
    // The supervisor was told nothing: what runs goes on as its records say.
    expect(supervisor.targets).toEqual([]);
  });
});

describe('a disk that refuses', () => {
  it('makes a command fail before anything is done', async () => {
    await stage(NEW, command(1));
    disk.refuses = true;
    expect(() => driver.switchTo(command(2), NEW.release, 1000, '')).toThrow('the disk refuses');
    expect(status()).toMatchObject({ phase: 'staged', fence: { step: 1 } });
    expect(lastTarget()).toBe('none yet');
  });

  it('does not hold up the way back, and is written to when it allows', async () => {
    await rollOut(OLD, 1);
    await toTrial(NEW, 2);
    disk.refuses = true;
    supervisor.say('assistants', { state: 'failed', culprit: CULPRIT });
    await targetIs('1.0.0 steady');
    expect(problems).toHaveLength(1);
    disk.refuses = false;
    await clock.advance(1_000);
    restart();
    expect(status()).toMatchObject({ phase: 'reverting', outcome: { culprit: { agent: 'memory' } } });
  });
});

describe('what is refused before anything is touched', () => {
  const socket = (listen: string, agent = 'memory', app = 'assistants') =>
    sampleOf('3.0.0', {}, { app, agents: [agentOf(agent, { sockets: [{ name: 'http', listen }] })] });
  const two = sampleOf(
    '3.0.0',
    {},
    {
      agents: [
        agentOf('memory', { sockets: [{ name: 'http', listen: '127.0.0.1:8081' }] }),
        agentOf('vision', { sockets: [{ name: 'api', listen: '0.0.0.0:8081' }] }),
      ],
    },
  );
  it.each([
    ['for another host', sampleOf('3.0.0', {}, { host: 'pc1' }), 'This is host pc2; what came was made for host pc1.'],
    ['for another environment', sampleOf('3.0.0', {}, { environment: 'staging' }), 'belongs to the environment local'],
    [
      'with two agents on one address',
      two,
      'socket "api" of agent vision (assistants) wants 0.0.0.0:8081, which is taken by socket "http" of agent memory (assistants). Give one of them another address.',
    ],
    [
      "on a port of Outrider's own",
      socket('${OUTRIDER_HOST_ADDRESS}:7070'),
      "wants 127.0.0.12:7070, which is taken by the sidecar's gRPC",
    ],
    [
      'on an address of another machine',
      socket('10.0.0.9:8081'),
      'wants 10.0.0.9:8081, which is no address of host pc2',
    ],
    ['of another app', OTHER, 'The host spec is of app other, the command is for assistants.'],
  ])('is a release %s', (_what, sample, sentence) => {
    expect(() => driver.stage(command(1), { ...sample.documents, sources: [] })).toThrow(sentence);
    expect(driver.status().apps).toEqual([]);
  });

  it("is a release on a port of another app's agents", async () => {
    const first = socket('127.0.0.1:8081', 'api', 'other');
    await stage(first, command(1, 1, 1, 'other'));
    driver.switchTo(command(2, 1, 1, 'other'), first.release, 1000, '');
    expect(() => driver.stage(command(1), { ...socket('127.0.0.1:8081').documents, sources: [] })).toThrow(
      'which is taken by socket "http" of agent api (other)',
    );
    await eventually(() => lastTarget('other') === '3.0.0 switch');
  });

  it.each<[string, () => unknown, string]>([
    ['an app that is no name', () => driver.commit({ ...command(1), app: '../etc' }), 'command.app must be lower-case'],
    ['no epoch', () => driver.commit(command(1, 1, 0)), 'command.fence.epoch must be a whole number from 1'],
    ['a step that is no number', () => driver.commit(command(NaN)), 'command.fence.step must be'],
    ['nobody', () => driver.commit({ ...command(1), holder: '' }), 'command.holder is missing'],
    [
      'no such strategy',
      () => driver.switchTo(command(1), NEW.release, 1000, '', { strategy: 'blue' }),
      'strategy must be empty or blue-green',
    ],
    ['a lease without end', () => driver.switchTo(command(1), NEW.release, 1e12, ''), 'at most 24 h'],
    ['a negative lease', () => driver.switchTo(command(1), NEW.release, -1, ''), 'confirm_within_ms must be'],
    [
      'a digest that is none',
      () => driver.switchTo(command(1), { ...NEW.release, digest: 'x' }, 0, ''),
      'release.digest must be',
    ],
    [
      'a reason without end',
      () => driver.revert(command(1), 'x'.repeat(4_097)),
      'reason is longer than 4096 characters',
    ],
    [
      'a record without end',
      () => driver.switchTo(command(1), NEW.release, 0, 'x'.repeat(1024 * 1024 + 1)),
      'record is longer than 1048576 characters',
    ],
    [
      'an app that is called like something of JavaScript',
      () => driver.commit({ ...command(1), app: 'constructor' }),
      'constructor: nothing of rollout r1',
    ],
    ['an epoch that is none', () => driver.bindEpoch(0.5, 'x'), 'epoch must be a whole number from 1'],
    [
      'a renewal of nothing',
      () => driver.renew({ app: 'a', epoch: 1, holder: 'x', rollout: 'r1', confirmWithinMs: 1 }),
      'nothing of rollout r1 is on trial',
    ],
    ['a commit of nothing', () => driver.commit(command(1)), 'nothing of rollout r1 is on trial'],
  ])('is a command with %s', (_what, act, sentence) => {
    expect(act).toThrow(sentence);
  });

  it('is an old leader, and a second one with the same epoch', () => {
    expect(driver.bindEpoch(7, 'leader-7')).toMatchObject({ epoch: 7, epochHolder: 'leader-7' });
    expect(() => driver.bindEpoch(6, 'leader-6')).toThrow('This host obeys epoch 7 of leader-7 since');
    expect(() => driver.bindEpoch(7, 'somebody')).toThrow('somebody speaks with epoch 7');
    expect(() => driver.revert(command(99, 99, 6), '')).toThrow('This host obeys epoch 7');
    expect(driver.bindEpoch(7, 'leader-7').epoch).toBe(7);
  });
});

describe('killed with -9 around every write and every target of a switch', () => {
  const program = fileURLToPath(new URL('../../dist/supervise/testing/killed-host.js', import.meta.url));
  const given = (release: ReleaseRef) =>
    JSON.stringify({ switch: command(2, 2), commit: command(3, 2), release, bootId: 'boot-1' });

  it('a switch comes to its end on this boot, and on the next it is whole or not at all', async () => {
    const kept = join(tmpdir(), `outrider-driver-kept-${process.pid}`);
    let finished = false;
    let deaths = 0;
    try {
      await rollOut(OLD, 1);
      await stage(NEW, command(1, 2));
      driver.stop();
      cpSync(folder, kept, { recursive: true });
      for (let dieAt = 1; !finished; dieAt += 1) {
        copy(kept, folder);
        const words = [program, folder, String(dieAt), given(NEW.release)];
        const { signal, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 30_000 });
        finished = stdout.includes('done');
        if (!finished) {
          expect([signal, stderr]).toEqual(['SIGKILL', '']);
          deaths += 1;
        }
        const left = `${kept}-left`;
        cpSync(folder, left, { recursive: true });
        await goesOn();
        copy(left, folder);
        rmSync(left, { recursive: true });
        await endsByItself();
      }
      expect(deaths).toBeGreaterThan(8);
    } finally {
      rmSync(kept, { recursive: true, force: true });
      rmSync(`${kept}-left`, { recursive: true, force: true });
    }
  });

  function copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  }

  /** The coordinator says again what it has no answer to. */
  async function goesOn(): Promise<void> {
    restart({ clock: systemClock }, new ToldSupervisor(CONVERGED));
    if (status().fence?.step !== 3) {
      driver.switchTo(command(2, 2), NEW.release, 60_000, '{}');
      await phaseIs('trial');
    }
    driver.commit(command(3, 2));
    expect(status()).toMatchObject({ phase: 'committed', active: NEW.release, previous: OLD.release });
    expect(lastTarget()).toBe('1.1.0 steady');
    driver.stop();
  }

  async function endsByItself(): Promise<void> {
    restart({ clock: systemClock, bootId: 'boot-2' }, new ToldSupervisor(CONVERGED));
    await eventually(() => ['idle', 'committed', 'staged'].includes(status().phase));
    const committed = status().fence?.step === 3;
    expect(status().active).toEqual(committed ? NEW.release : OLD.release);
    expect(lastTarget()).toBe(committed ? '1.1.0 steady' : '1.0.0 steady');
    driver.stop();
  }
});

describe('a blue-green switch', () => {
  const told = (): string => {
    const last = supervisor.last('assistants');
    return last === undefined
      ? 'none'
      : `${last.target?.release.version ?? 'nothing'} ${last.mode} ${last.how.strategy ?? ''}`;
  };
  const isTold = (words: string): Promise<unknown> => eventually(() => expect(told()).toBe(words));

  async function toSwitch(): Promise<void> {
    await rollOut(OLD, 1);
    await stage(NEW, command(1, 2));
    driver.switchTo(command(2, 2), NEW.release, 120_000, '{}', { strategy: 'blue-green' });
    await isTold('1.1.0 switch blue-green');
  }

  it('stays one through every restart, until the commit', async () => {
    await toSwitch();
    restart();
    await isTold('1.1.0 switch blue-green');
    supervisor.say('assistants', CONVERGED);
    await isTold('1.1.0 trial blue-green');
    restart();
    await isTold('1.1.0 trial blue-green');
    driver.commit(command(3, 2));
    await isTold('1.1.0 steady ');
    restart();
    await isTold('1.1.0 steady ');
  });

  it('goes back as any other does', async () => {
    await toSwitch();
    driver.revert(command(3, 2), 'worse');
    await isTold('1.0.0 steady ');
    restart();
    await isTold('1.0.0 steady ');
  });

  it('is none without a trial', async () => {
    await rollOut(OLD, 1);
    await stage(NEW, command(1, 2));
    driver.switchTo(command(2, 2), NEW.release, 0, '{}', { strategy: 'blue-green' });
    await isTold('1.1.0 steady ');
  });
});
