import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricSamples } from '@outrider/shared/domain/gate.js';
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { Sampler } from './sampler.js';

const APP = 'assistants';
const release = (version: string) => ({ version, digest: 'd', specDigest: version });

let folder: string;
let now: number;
let status: HostStatus;
let memory: Map<number, { memoryBytes: number }>;
let warnings: string[];
let due: (() => void) | undefined;
let sampler: Sampler;

const create = (bootId = 'boot'): Sampler => {
  const made = new Sampler({
    ...{ periodMs: 1_000, keepMs: 5_000, folder, bootId },
    clock: {
      sinceBoot: () => now,
      after: (_ms, callback) => {
        due = callback;
        return () => (due = undefined);
      },
    },
    status: () => status,
    memory: () => memory,
    warn: (sentence) => warnings.push(sentence),
  });
  made.start();
  return made;
};

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'outrider-samples-')), 'samples');
  [now, warnings] = [100_000, []];
  memory = new Map();
  show([instanceStatus('vision', { pid: 7 })]);
  sampler = create();
});

afterEach(() => {
  sampler.stop();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function show(instances: InstanceStatus[], app: Parameters<typeof appStatus>[0] = {}): void {
  status = hostStatus({ instances, apps: [appStatus({ active: release('1.0.0'), ...app })] });
}

/** The host says so. */
function change(instances: InstanceStatus[], app: Parameters<typeof appStatus>[0] = {}): void {
  show(instances, app);
  sampler.changed();
}

/** A period goes by. */
function pass(ms = 1_000): void {
  now += ms;
  due?.();
}

const ON_TRIAL = { phase: 'trial', candidate: release('2.0.0'), rollout: 'r7' } as const;
const SWITCHING = { ...ON_TRIAL, phase: 'switching' } as const;
const vision = (more: Partial<InstanceStatus> = {}): InstanceStatus => instanceStatus('vision', { pid: 7, ...more });
const replaced = (more: Partial<InstanceStatus> = {}): InstanceStatus =>
  vision({ version: '2.0.0', fingerprint: 'g', incarnation: 'i-new', pid: 8, ...more });

function metric(name: string, from: Sampler = sampler, agent = 'vision'): MetricSamples {
  const found = from.samples(APP, [name]).agents.find((one) => one.agent === agent)?.metrics[0];
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}
const since = (name: string): readonly number[] => metric(name).since.value;

describe('a look', () => {
  test('ends a row of what happened since the last one', () => {
    for (const seconds of [0.1, 0.3]) sampler.probed('i-vision', seconds);
    sampler.probed('somebody else', 9);
    for (const severity of ['error', 'critical', 'warning', 'info']) sampler.error('i-vision', severity);
    change([vision(), instanceStatus('waits', { incarnation: '', ready: false, state: 'starting' })]);
    sampler.error('', 'error');
    memory.set(7, { memoryBytes: 1_000 });
    pass();
    memory.set(7, { memoryBytes: 2_000 });
    pass();
    expect(since('probe_seconds')).toEqual([0.2]);
    expect(since('errors')).toEqual([2, 0]);
    expect(metric('errors', sampler, 'waits').since.value).toEqual([0, 0]);
    expect(since('memory_bytes')).toEqual([1_000, 2_000]);
    expect(metric('errors')).toMatchObject({ kind: 'counter', since: { ageMs: [1_000, 0], spanMs: [1_000, 1_000] } });
    now += 500;
    expect(metric('errors').since.ageMs).toEqual([1_500, 500]);
  });

  test('keeps no more rows than it should', () => {
    for (let index = 0; index < 9; index += 1) {
      memory.set(7, { memoryBytes: index });
      pass();
    }
    expect(since('memory_bytes')).toEqual([4, 5, 6, 7, 8]);
    expect(metric('memory_bytes').since.ageMs).toEqual([4_000, 3_000, 2_000, 1_000, 0]);
  });

  test('counts restarts, and says which samples are of which process', () => {
    pass();
    change([vision({ incarnation: 'i-2', restarts: 1 })]);
    change([vision({ incarnation: 'i-3', restarts: 2 })]);
    pass();
    expect(since('restarts')).toEqual([0, 2]);
    expect(metric('restarts').since.incarnation).toEqual([0, 2]);
  });

  test('begins anew with an agent that was replaced by the same one', () => {
    change([vision({ restarts: 3 })]);
    pass();
    change([vision({ incarnation: 'i-other', restarts: 0 })]);
    change([vision({ incarnation: 'i-again', restarts: 1 })]);
    pass();
    expect(since('restarts')).toEqual([1]);
  });

  test('adds up the time without readiness, once it was ready, and not after a person has stopped it', () => {
    change([vision({ ready: false, state: 'backoff' })]);
    now += 400;
    change([vision()]);
    pass(600);
    expect(since('unready_seconds')).toEqual([0.4]);
    change([vision({ ready: false, state: 'exited' })]);
    pass();
    expect(since('unready_seconds')).toEqual([0.4]);
    change([vision(), instanceStatus('late', { ready: false, state: 'starting', pid: 9 })]);
    pass();
    expect(metric('unready_seconds', sampler, 'late').since.value).toEqual([0]);
  });

  test('has of the bus what counters grew by, and gauges where they were said', () => {
    sampler.metric('i-vision', 'load', 3, 'gauge');
    sampler.metric('i-vision', 'done', 100, 'counter');
    pass();
    sampler.metric('i-vision', 'done', 107, 'counter');
    pass();
    expect(since('bus:load')).toEqual([3]);
    // What it had counted before it was looked at first is of no known time.
    expect(since('bus:done')).toEqual([0, 7]);
    expect([metric('bus:done').kind, metric('bus:load').kind]).toEqual(['counter', 'gauge']);
    // The counter of a new process begins at zero.
    change([vision({ incarnation: 'i-2', restarts: 1 })]);
    sampler.metric('i-2', 'done', 5, 'counter');
    pass();
    expect(since('bus:done')).toEqual([0, 7, 5]);
    change([vision({ incarnation: 'i-3', restarts: 2 })]);
    sampler.metric('i-3', 'done', 60, 'counter');
    pass();
    expect(since('bus:done')).toEqual([0, 7, 5, 60]);
  });

  test('takes no more series of the bus than there is room for', () => {
    for (let index = 0; index < 1_100; index += 1) sampler.metric('i-vision', `m${index}`, 1, 'gauge');
    pass();
    const names = sampler.samples(APP, []).agents[0]?.metrics.filter(({ name }) => name.startsWith('bus:'));
    expect(names).toHaveLength(1_000);
  });

  test('forgets who is gone, and says nothing of other apps', () => {
    pass();
    expect(sampler.samples('other', []).agents).toEqual([]);
    change([]);
    expect(sampler.samples(APP, []).agents).toEqual([]);
  });
});

describe('a switch', () => {
  beforeEach(() => {
    for (const bytes of [10, 20]) {
      memory.set(7, { memoryBytes: bytes });
      pass();
    }
  });

  test('sets apart what was before, and begins the new one at its own first moment', () => {
    change([vision({ restarts: 5 })], SWITCHING);
    // Old and new side by side: the new one speaks.
    change([vision({ restarts: 5 }), replaced({ ready: false, state: 'starting' })], SWITCHING);
    change([vision({ restarts: 5 }), replaced({ incarnation: 'i-new2', restarts: 1 })], SWITCHING);
    change([replaced({ incarnation: 'i-new2', restarts: 1 })], ON_TRIAL);
    sampler.error('i-vision', 'error');
    sampler.error('i-new2', 'error');
    memory.set(8, { memoryBytes: 99 });
    pass();
    expect(sampler.samples(APP, []).rollout).toBe('r7');
    expect(metric('memory_bytes').before.value).toEqual([10, 20]);
    expect(since('memory_bytes')).toEqual([99]);
    // Restarts of the new one count from the switch, whatever the old one did.
    expect(since('restarts')).toEqual([1]);
    expect(since('errors')).toEqual([1]);
    expect(sampler.samples(APP, []).agents[0]?.version).toBe('2.0.0');
  });

  test('parts the samples of an agent that it keeps', () => {
    change([vision({ restarts: 3 })], SWITCHING);
    pass();
    change([vision({ restarts: 4, incarnation: 'i-2' })], ON_TRIAL);
    pass();
    expect(metric('memory_bytes').before.value).toEqual([10, 20]);
    expect(since('restarts')).toEqual([3, 1]);
  });

  test('that is over leaves nothing apart, in memory or on disk', () => {
    change([vision()], SWITCHING);
    expect(readdirSync(folder)).toEqual([`${APP}.json`]);
    change([replaced()], { phase: 'idle', active: release('2.0.0') });
    expect(sampler.samples(APP, []).rollout).toBeUndefined();
    expect(metric('memory_bytes').before.value).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that is taken back gives the old one its window again', () => {
    change([vision()], SWITCHING);
    change([replaced()], ON_TRIAL);
    pass();
    change([replaced(), vision({ incarnation: 'i-back' })], { phase: 'reverting' });
    change([vision({ incarnation: 'i-back' })], { phase: 'reverting' });
    change([vision({ incarnation: 'i-back' })], { phase: 'idle' });
    memory.set(7, { memoryBytes: 30 });
    pass();
    expect(since('memory_bytes')).toEqual([10, 20, 30]);
  });

  test('is known to the next sidecar, with what was before it and the restarts since', () => {
    change([vision({ restarts: 2 }), instanceStatus('memory', { restarts: 1, pid: 9 })], SWITCHING);
    change([replaced({ restarts: 1 }), instanceStatus('memory', { restarts: 3, pid: 9 })], ON_TRIAL);
    const before = metric('memory_bytes').before;
    sampler.stop();
    const next = create();
    pass();
    expect(next.samples(APP, []).rollout).toBe('r7');
    expect(metric('memory_bytes', next).before).toEqual({ ...before, ageMs: before.ageMs.map((age) => age + 1_000) });
    expect(metric('restarts', next).since.value).toEqual([1]);
    next.stop();
  });

  test('of another boot, or a file that is no file of ours, counts for nothing', () => {
    change([vision()], SWITCHING);
    writeFileSync(join(folder, 'broken.json'), '{');
    sampler.stop();
    const next = create('another boot');
    expect(metric('memory_bytes', next).before.value).toEqual([]);
    expect(readdirSync(folder)).toEqual([`${APP}.json`]);
    next.stop();
  });

  test('is sampled also where nothing can be written', () => {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'in the way');
    change([vision()], SWITCHING);
    expect(warnings.join()).toContain('what was before the switch of assistants is kept in memory alone');
    expect(metric('memory_bytes').before.value).toEqual([10, 20]);
  });
});
