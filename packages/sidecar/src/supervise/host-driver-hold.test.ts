/** The host driver under an emergency, a hold, a trial that outlasts its lease, and clocks that jump. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HostCommand } from '../link/ports.js';
import { createReleases } from '../release/releases.js';
import { type BlobServer, startBlobServer, TOKEN } from '../release/testing/blob-server.js';
import { agentOf, type Sample, sampleOf } from '../release/testing/sample.js';
import { createDurableStore } from '../store/durable-state.js';
import { createHostDriver, type HostDriver } from './host-driver.js';
import { ToldSupervisor } from './testing/told-supervisor.js';

const CONVERGED = { state: 'converged' } as const;
const APP = 'assistants';
const DAY_MS = 86_400_000;
const spec = { agents: [agentOf('memory')] };
const OLD = sampleOf('1.0.0', { 'agents.yaml': 'old', 'memory.py': 'old' }, spec);
const NEW = sampleOf('1.1.0', { 'agents.yaml': 'new', 'memory.py': 'new' }, spec);
const HELD = /^This host is held since 2026-\S+ by ada \(nonsense\): nothing is switched, committed or renewed/;

let server: BlobServer;
let folder: string;
let clock: ManualClock;
let supervisor: ToldSupervisor;
let driver: HostDriver;
let events: { type: EventType; reason?: string; by?: string }[];
let disk: { refuses: boolean };

beforeAll(async () => {
  server = await startBlobServer([...OLD.contents, ...NEW.contents]);
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-hold-'));
  clock = new ManualClock();
  events = [];
  disk = { refuses: false };
  start();
  await rollOut(OLD, 1);
});
afterEach(() => {
  driver.stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(bootId = 'boot-1'): void {
  supervisor = new ToldSupervisor();
  const durable = createDurableStore(folder);
  driver = createHostDriver({
    ...{ host: 'pc2', address: '127.0.0.12', environment: 'local', labels: {}, bootId, clock, supervisor },
    sidecar: { pid: 1, version: '0.1.0', startedAt: '' },
    store: {
      load: () => durable.load(),
      write: (state) => {
        if (disk.refuses) throw new Error('the disk refuses');
        durable.write(state);
      },
    },
    releases: createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 }),
    agents: { instances: () => [] },
    events: { emit: (type, fields) => events.push({ type, ...fields }) },
    system: () => ({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3 }),
    reserved: [],
    localAddresses: () => ['127.0.0.1'],
    refusals: [],
    onProblem: () => undefined,
  });
  driver.start();
}

/** As after kill -9: nothing but the disk is left. */
function restart(bootId?: string): void {
  driver.stop();
  start(bootId);
}

const command = (step: number, rollout: number, epoch = 1): HostCommand => ({
  app: APP,
  fence: { epoch, rollout, step },
  holder: `leader-${epoch}`,
  rollout: `r${rollout}`,
  by: 'alice',
});
const status = (): AppStatus => driver.status().apps.find(({ app }) => app === APP)!;
const phaseIs = (phase: AppStatus['phase']): Promise<unknown> => eventually(() => status().phase === phase);
const lastTarget = () => {
  const { target, mode, how } = supervisor.last(APP)!;
  return `${target?.release.version ?? 'nothing'} ${mode}${how.urgent === true ? ' urgent' : ''}`;
};
const targetIs = (wanted: string): Promise<unknown> =>
  eventually(() => supervisor.last(APP) !== undefined && lastTarget() === wanted);

async function toTrial(sample: Sample, rollout: number, policy: 'revert' | 'hold' = 'revert'): Promise<void> {
  driver.stage(command(1, rollout), { ...sample.documents, sources: [server.address] });
  const wanted = sample.release.specDigest;
  await eventually(() => status().staging?.specDigest === wanted && status().staging?.state === 'done');
  driver.switchTo(command(2, rollout), sample.release, 120_000, `{"id":"r${rollout}"}`, { onLeaseEnd: policy });
  await targetIs(`${sample.release.version} switch`);
  supervisor.say(APP, CONVERGED);
  await phaseIs('trial');
}

async function rollOut(sample: Sample, rollout: number): Promise<void> {
  await toTrial(sample, rollout);
  driver.commit(command(9, rollout));
  await phaseIs('committed');
}

const renew = (epoch = 1): AppStatus =>
  driver.renew({ app: APP, epoch, holder: `leader-${epoch}`, rollout: 'r2', confirmWithinMs: 120_000 });

describe('an emergency', () => {
  it('takes a trial back without grace, holds the host over restarts and boots, and ends when a person says so', async () => {
    await toTrial(NEW, 2);
    const first = driver.emergency('ada', 'nonsense');
    expect(first).toMatchObject({
      epoch: 2,
      hold: { by: 'ada', reason: 'nonsense' },
      apps: [{ phase: 'reverting', hold: { by: 'ada' }, active: OLD.release }],
    });
    await targetIs('1.0.0 steady urgent');
    supervisor.say(APP, CONVERGED);
    await phaseIs('held');
    expect(events.filter(({ type }) => type === 'host.held')).toEqual([
      { type: 'host.held', by: 'ada', reason: 'nonsense' },
    ]);
    const { hold } = driver.status();
    for (const boot of ['boot-1', 'boot-2']) {
      restart(boot);
      expect(driver.status().hold).toEqual(hold);
      expect(status()).toMatchObject({ phase: 'held', active: OLD.release });
      expect(() => driver.switchTo(command(3, 3, 9), NEW.release, 120_000, '{}')).toThrow(HELD);
      expect(() => driver.commit(command(3, 3, 9))).toThrow(HELD);
      expect(() => renew(9)).toThrow(HELD);
    }
    expect(driver.stage(command(1, 4, 10), { ...NEW.documents, sources: [server.address] })).toBeDefined();
    expect(driver.revert(command(2, 4, 10), 'the rollout makes way')).toMatchObject({ active: OLD.release });
    expect(driver.emergency('eve', 'again').hold).toEqual(hold);
    expect(driver.resume('ada').hold).toBeUndefined();
    restart();
    expect(driver.status().hold).toBeUndefined();
    expect(driver.resume('ada').hold).toBeUndefined();
    expect(events.filter(({ type }) => type === 'host.resumed')).toEqual([{ type: 'host.resumed', by: 'ada' }]);
    expect(driver.switchTo(command(3, 5, 10), NEW.release, 120_000, '{}').phase).toBe('switching');
  });

  it('killed before anything was done goes on, as urgent as before', async () => {
    await rollOut(NEW, 2);
    driver.emergency('ada', 'nonsense');
    restart('boot-2');
    await targetIs('1.0.0 steady urgent');
    supervisor.say(APP, CONVERGED);
    await phaseIs('held');
    expect(status()).toMatchObject({ active: OLD.release });
    expect(status().previous).toBeUndefined();
  });

  it('that cannot be written changes nothing', async () => {
    await toTrial(NEW, 2);
    disk.refuses = true;
    expect(() => driver.emergency('ada', 'nonsense')).toThrow('the disk refuses');
    expect(driver.status().hold).toBeUndefined();
    expect([status().phase, lastTarget()]).toEqual(['trial', '1.1.0 trial']);
    expect(events.map(({ type }) => type)).not.toContain('host.held');
  });

  it('of a leader kills what runs, on the way back and to another release, and holds nobody', async () => {
    await toTrial(NEW, 2);
    driver.revert(command(3, 2), 'emergency', true);
    await targetIs('1.0.0 steady urgent');
    supervisor.say(APP, CONVERGED);
    await eventually(() => status().phase !== 'reverting');
    await rollOut(NEW, 3);
    driver.switchTo(command(1, 4), OLD.release, 0, '{}', { noGrace: true });
    restart();
    await targetIs('1.0.0 steady urgent');
    expect(driver.status().hold).toBeUndefined();
  });

  it('holds a host that has no app too', () => {
    driver.stop();
    rmSync(join(folder, 'state'), { recursive: true });
    start();
    expect(driver.emergency('ada', 'nonsense')).toMatchObject({ apps: [], hold: { by: 'ada' } });
    expect(() => driver.switchTo(command(1, 1, 9), NEW.release, 120_000, '{}')).toThrow(HELD);
  });
});

describe('a trial that nobody confirms', () => {
  it('by policy goes on, says so, and is decided by whoever leads next', async () => {
    await toTrial(NEW, 2, 'hold');
    expect(driver.status().problems).toEqual([]);
    await clock.advance(120_000);
    expect(status()).toMatchObject({ phase: 'trial', candidate: NEW.release, leaseRemainingMs: 0 });
    const over = /^assistants 1\.1\.0 is on trial in rollout r2, and nobody has confirmed it: its lease was over at 20/;
    expect(driver.status().problems).toEqual([expect.stringMatching(over)]);
    await clock.advance(DAY_MS);
    const told = events.filter(({ reason }) => reason?.includes('by policy it goes on until it is decided on'));
    expect(told).toMatchObject([{ type: 'rollout.host.trial' }]);
    restart();
    expect(status()).toMatchObject({ phase: 'trial', leaseRemainingMs: 0 });
    expect(lastTarget()).toBe('1.1.0 trial');
    expect(driver.status().problems).toHaveLength(1);
    expect(renew(4)).toMatchObject({ phase: 'trial', leaseRemainingMs: 120_000 });
    expect(driver.status().problems).toEqual([]);
    expect(driver.commit(command(3, 2, 4))).toMatchObject({ phase: 'committed', active: NEW.release });
  });

  it('by policy still goes back where an agent fails, where a person says so, and after another boot', async () => {
    const ends: readonly (readonly [() => void, RegExp])[] = [
      [
        () => supervisor.say(APP, { state: 'failed', culprit: { agent: 'memory', cause: 'exited', log: [] } }),
        /^memory: exited$/,
      ],
      [() => void driver.revertHere(APP, 'ada', ''), /^reverted on the host by ada$/],
      [() => restart('boot-2'), /^the host restarted during the trial$/],
    ];
    for (const [index, [end, reason]] of ends.entries()) {
      await toTrial(NEW, 2 + index, 'hold');
      await clock.advance(120_000);
      expect(status().phase).toBe('trial');
      end();
      await targetIs('1.0.0 steady');
      expect(status().outcome?.reason).toMatch(reason);
      supervisor.say(APP, CONVERGED);
      await eventually(() => status().phase !== 'reverting');
    }
  });
});

describe('the lease', () => {
  it('does not see the wall clock jump, forward or back', async () => {
    await toTrial(NEW, 2);
    await clock.advance(60_000);
    for (const jump of [DAY_MS, -30 * DAY_MS, 400 * DAY_MS]) {
      clock.jump(jump);
      await clock.advance(1_000);
      expect(status()).toMatchObject({ phase: 'trial' });
    }
    expect(status().leaseRemainingMs).toBe(57_000);
    // The same for a sidecar that starts meanwhile.
    restart();
    expect(status().leaseRemainingMs).toBe(57_000);
    clock.jump(-DAY_MS);
    await clock.advance(57_000);
    expect(status().outcome?.reason).toBe('the trial was not confirmed within 120 s');
  });

  it('goes on while the machine sleeps', async () => {
    await toTrial(NEW, 2);
    clock.suspend(120_000);
    expect(() => driver.commit(command(3, 2))).toThrow('went back on this host: the trial was not confirmed');
    await targetIs('1.0.0 steady');
  });

  it('of another boot is over, in a switch as in a trial, whatever the clocks say', async () => {
    driver.stage(command(1, 2), { ...NEW.documents, sources: [server.address] });
    await eventually(
      () => status().staging?.state === 'done' && status().staging?.specDigest === NEW.release.specDigest,
    );
    driver.switchTo(command(2, 2), NEW.release, 120_000, '{}', { onLeaseEnd: 'hold' });
    await targetIs('1.1.0 switch');
    clock.jump(-DAY_MS);
    restart('boot-2');
    expect(status().outcome?.reason).toBe('the host restarted during the switch');
    await targetIs('1.0.0 steady');
  });
});
