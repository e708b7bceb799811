/** The host driver under orders to run another number of instances: what is durable, refused, carried over, given back. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { AgentFingerprint, AppStatus } from '@outrider/shared/domain/host.js';
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
const MIB = 1024 ** 2;
const sample = (version: string, patch: Partial<HostAgent>): Sample =>
  sampleOf(version, { 'agents.yaml': version }, { agents: [agentOf('worker', patch), agentOf('memory')] });
const between = (min: number, max: number): Partial<HostAgent> => ({
  ...{ replicas: min, scaling: { min, max, targets: [], cooldownMs: 60_000 } },
});
const ONE = sample('1.0.0', { replicas: 1, resources: { reservations: { memoryBytes: 100 * MIB } } });
const TWO = sample('2.0.0', { replicas: 2 });
const RANGE = sample('3.0.0', between(2, 4));
const WIDE = sample('4.0.0', between(1, 10));

let server: BlobServer;
let folder: string;
let supervisor: ToldSupervisor;
let driver: HostDriver;
let events: Partial<OutriderEvent>[];

beforeAll(async () => {
  server = await startBlobServer([ONE, TWO, RANGE, WIDE].flatMap(({ contents }) => [...contents]));
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-scaling-'));
  events = [];
  start();
});
afterEach(() => {
  driver.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A sidecar's start, on whatever the one before it has left on the disk. */
function start(bootId = 'boot-1'): void {
  supervisor = new ToldSupervisor();
  driver = createHostDriver({
    ...{ host: 'pc2', address: '127.0.0.12', environment: 'local', labels: {}, bootId, supervisor },
    ...{ clock: new ManualClock(), store: createDurableStore(folder) },
    sidecar: { pid: 1, version: '0.1.0', startedAt: '' },
    releases: createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 }),
    agents: { instances: () => [] },
    events: { emit: (type, fields) => events.push({ type, ...fields }) },
    system: () => ({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3 }),
    machine: () => ({ memoryBytes: 400 * MIB, cpus: 2 }),
    ...{ reserved: [], refusals: [], localAddresses: () => [] },
    onProblem: (error) => {
      throw error;
    },
  });
  driver.start();
}

/** The sidecar is killed with all that it had in mind. */
function killed(bootId?: string): void {
  driver.stop();
  start(bootId);
}

const command = (step: number, rollout: number): HostCommand => ({
  ...{ app: APP, fence: { epoch: 1, rollout, step }, holder: 'leader-1', rollout: `r${rollout}`, by: 'bob' },
});
const status = (): AppStatus => {
  const found = driver.status().apps.find(({ app }) => app === APP);
  if (found === undefined) throw new Error('The host knows nothing of it.');
  return found;
};
const phaseIs = (phase: AppStatus['phase']): Promise<unknown> => eventually(() => status().phase === phase);
const worker = (): AgentFingerprint | undefined => status().agents.find(({ name }) => name === 'worker');
/** As the supervisor was told last. */
const toldOf = (agent = 'worker'): number | undefined =>
  supervisor.last(APP)?.target?.spec.agents.find(({ name }) => name === agent)?.replicas;
const scale = (replicas: number, agent = 'worker'): AppStatus =>
  driver.scale({ app: APP, agent, replicas, by: 'ada', reason: '' });

async function toTrial({ documents, release }: Sample, rollout: number): Promise<void> {
  driver.stage(command(1, rollout), { ...documents, sources: [server.address] });
  await eventually(() => status().staging?.specDigest === release.specDigest && status().staging?.state === 'done');
  driver.switchTo(command(2, rollout), release, 120_000, '{}');
  await eventually(() => supervisor.last(APP)?.target?.release.version === release.version);
  supervisor.say(APP, CONVERGED);
  await phaseIs('trial');
}

async function rollOut(what: Sample, rollout: number): Promise<void> {
  await toTrial(what, rollout);
  driver.commit(command(3, rollout));
}

async function rollBack({ release }: Sample, rollout: number): Promise<void> {
  driver.switchTo(command(2, rollout), release, 0, '{}');
  await eventually(() => toldOf() !== undefined && supervisor.last(APP)?.target?.release.version === release.version);
  supervisor.say(APP, CONVERGED);
  await phaseIs('committed');
}

describe('an order', () => {
  beforeEach(() => rollOut(ONE, 1));

  it('changes how many run, and says by whom, since when and what the release says', () => {
    scale(3);
    expect([toldOf(), toldOf('memory'), supervisor.last(APP)?.mode]).toEqual([3, 1, 'steady']);
    expect(worker()).toMatchObject({ replicas: 3, scaled: { declared: 1, by: 'ada', reason: '' } });
    expect(worker()?.scaled?.since).toMatch(/^20\d\d-/);
    expect(events.at(-1)).toEqual({
      ...{ type: 'agent.scaled', app: APP, agent: 'worker', version: '1.0.0', by: 'ada', data: { from: 1, to: 3 } },
    });
  });

  it('that is given twice changes nothing the second time, and none of who gave it', () => {
    scale(3);
    const [before, told] = [worker(), supervisor.targets.length];
    driver.scale({ app: APP, agent: 'worker', replicas: 3, by: 'eve', reason: '' });
    expect([worker(), supervisor.targets.length]).toEqual([before, told]);
    expect(events.filter(({ type }) => type === 'agent.scaled')).toHaveLength(1);
  });

  it('outlives a sidecar that is killed, and the machine', async () => {
    scale(3);
    killed();
    await eventually(() => toldOf() === 3);
    expect(worker()).toMatchObject({ replicas: 3, scaled: { by: 'ada' } });
    killed('boot-2');
    await eventually(() => toldOf() === 3);
  });

  it('that says what the release says is none', () => {
    scale(3);
    scale(1);
    expect(worker()).toEqual({ name: 'worker', fingerprint: 'fingerprint-worker', replicas: 1 });
    expect(readFileSync(join(folder, 'state/host.json'), 'utf8')).not.toContain('scaled');
  });

  it('takes away the last one too, and gives it back', () => {
    expect(scale(0).agents[0]?.replicas).toBe(0);
    expect(toldOf()).toBe(0);
    scale(1);
    expect(toldOf()).toBe(1);
  });

  it('of more than the host has promised to give is refused, as where a release is brought', () => {
    scale(4);
    expect(() => scale(5)).toThrow(
      "worker can't be scaled to 5: resources.reservations.memory of all agents of this host come to 500M, and the " +
        'machine has 400M. Reserve less, or move agents to other hosts.',
    );
    expect(toldOf()).toBe(4);
    scale(2);
  });

  it('of an agent that is not there names the nearest', () => {
    expect(() => scale(2, 'worke')).toThrow(
      'There is no agent worke of app assistants on host pc2. Did you mean "worker"?',
    );
    expect(() => driver.scale({ app: 'other', agent: 'worker', replicas: 1, by: 'ada', reason: '' })).toThrow(
      'There is no agent worker of app other on host pc2.',
    );
  });

  it('waits for a switch, a trial and the way back', async () => {
    await toTrial(TWO, 2);
    expect(() => scale(3)).toThrow(
      /^assistants: 2\.0\.0 is on trial in rollout r2 \(since \S+, by bob\); scale worker once that is committed or has gone back\.$/,
    );
    supervisor.say(APP, { state: 'converging', waitingFor: 'worker' });
    driver.revert(command(3, 2), 'no good');
    expect(() => scale(3)).toThrow(/is still going back from rollout r2 .*; scale worker once it has\.$/);
    await eventually(() => supervisor.last(APP)?.target?.release.version === '1.0.0');
    supervisor.say(APP, CONVERGED);
    await phaseIs('idle');
    scale(3);
    expect(toldOf()).toBe(3);
  });
});

describe('another release', () => {
  it('with bounds finds as many as run now, and what went back finds its own number', async () => {
    await rollOut(ONE, 1);
    scale(3);
    await toTrial(RANGE, 2);
    expect(toldOf()).toBe(3);
    killed();
    await eventually(() => toldOf() === 3 && supervisor.last(APP)?.mode === 'trial');
    driver.revert(command(3, 2), 'no good');
    await eventually(() => supervisor.last(APP)?.target?.release.version === '1.0.0');
    expect(toldOf()).toBe(3);
    expect(worker()).toMatchObject({ replicas: 3, scaled: { declared: 1, by: 'ada' } });
  });

  it('with bounds keeps them after its commit, from release to release', async () => {
    await rollOut(WIDE, 1);
    scale(7);
    await rollOut(RANGE, 2);
    expect(worker()).toMatchObject({ replicas: 4, scaled: { declared: 2, by: 'ada' } });
    expect(() => scale(5)).toThrow('worker can have from 2 to 4 instances on a host by its release');
    expect(() => scale(1)).toThrow('worker can have from 2 to 4 instances on a host by its release');
    await rollOut(WIDE, 3);
    expect([worker()?.replicas, toldOf()]).toEqual([4, 4]);
  });

  it('with a plain number runs that; a rollback from it finds what ran before', async () => {
    await rollOut(ONE, 1);
    scale(4);
    await rollOut(TWO, 2);
    expect([worker(), toldOf()]).toEqual([{ name: 'worker', fingerprint: 'fingerprint-worker', replicas: 2 }, 2]);
    expect(status().previousReplicas).toEqual([{ name: 'worker', replicas: 4 }]);
    await rollBack(ONE, 3);
    expect([worker()?.replicas, toldOf()]).toEqual([4, 4]);
  });

  it('that is gone back to in an emergency finds what ran before', async () => {
    await rollOut(ONE, 1);
    scale(4);
    await rollOut(TWO, 2);
    driver.emergency('ada', '');
    await eventually(() => supervisor.last(APP)?.target?.release.version === '1.0.0');
    expect(toldOf()).toBe(4);
  });
});

it('a state of a sidecar that knew no such orders is read as before', async () => {
  await rollOut(RANGE, 1);
  expect(readFileSync(join(folder, 'state/host.json'), 'utf8')).not.toContain('scaled');
  killed();
  await eventually(() => toldOf() === 2);
});
