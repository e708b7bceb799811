import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { AppStatus, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScaleOrder } from '../link/ports.js';
import { agentOf } from '../release/testing/sample.js';
import { release } from '../host/testing/examples.js';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { Autoscaler, type Used } from './autoscaler.js';

const APP = 'crew';
const MIB = 1024 ** 2;
/** A quarter of the cooldown. */
const LOOK_MS = 15_000;

let clock: ManualClock;
let scaler: Autoscaler;
let orders: ScaleOrder[];
let warnings: string[];
let agent: HostAgent;
let replicas: number;
/** The host has no room for more. */
let room: number;
let phase: AppStatus['phase'];
let hold: HostStatus['hold'];
/** Of each instance, since the last look. */
let cpuPercent: number;
let memoryBytes: number;
let cpuSeconds: number;
let gauge: { readonly value: number; readonly ageMs: number } | undefined;

beforeEach(() => {
  clock = new ManualClock();
  [orders, warnings, replicas, room, phase, hold] = [[], [], 1, 100, 'committed', undefined];
  [cpuPercent, memoryBytes, cpuSeconds, gauge] = [0, 10 * MIB, 0, undefined];
  scaledBy([{ metric: 'cpu', value: 50 }]);
  scaler = new Autoscaler({
    clock,
    host: { status, scale },
    spec: () => ({ app: APP, agents: [agentOf('other'), agent] }) as unknown as HostSpec,
    figures: () => new Map(there().map(({ pid }): [number, Used] => [pid, { memoryBytes, cpuSeconds }])),
    samples: { samples },
    warn: (sentence) => warnings.push(sentence),
  });
  scaler.start();
});
afterEach(() => scaler.stop());

const scaledBy = (targets: readonly { readonly metric: string; readonly value: number }[]): void => {
  const resources = { memoryBytes: 100 * MIB, cpus: 2 };
  agent = agentOf('worker', { scaling: { min: 1, max: 8, targets, cooldownMs: 60_000 }, resources });
};
const there = (): readonly InstanceStatus[] =>
  Array.from({ length: replicas }, (_, instance) =>
    instanceStatus('worker', { app: APP, instance, pid: 100 + instance, incarnation: `i${instance}`, ready: true }),
  );
const status = (): HostStatus =>
  hostStatus({
    apps: [
      appStatus({
        app: APP,
        phase,
        active: release('1.0.0'),
        agents: [{ name: 'worker', fingerprint: 'f', replicas }],
      }),
    ],
    instances: [instanceStatus('other', { app: APP }), ...there()],
    ...(hold === undefined ? {} : { hold }),
  });
const scale = (order: ScaleOrder): AppStatus => {
  if (order.replicas > room) throw new OutriderError('refused', 'there is no room for so many.');
  orders.push(order);
  ({ replicas } = order);
  return appStatus({});
};
const samples = (): HostSamples => {
  const [ageMs, value] = gauge === undefined ? [[], []] : [[gauge.ageMs], [gauge.value]];
  const nothing = { ageMs: [], spanMs: [], value: [], incarnation: [] };
  const since = { ageMs, value, spanMs: ageMs.map(() => 1), incarnation: ageMs.map(() => 1) };
  const metrics = [{ name: 'bus:queue', kind: 'gauge' as const, before: nothing, since }];
  return {
    periodMs: 1_000,
    agents: there().map(({ instance }) => ({ agent: 'worker', instance, version: '1.0.0', metrics })),
  };
};

/** Lets so many looks happen, each after the processor was used as it is said now. */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look++) {
    cpuSeconds += (cpuPercent / 100) * (LOOK_MS / 1_000);
    await clock.advance(LOOK_MS);
  }
}

describe('what is used', () => {
  it('is the share of what the agent may use of the processor, from look to look', async () => {
    // Twice the target of 50% of two cores.
    cpuPercent = 200;
    await looks(7);
    expect(orders).toEqual([
      {
        app: APP,
        agent: 'worker',
        replicas: 2,
        by: 'metric',
        reason: 'cpu is at 100% of each instance, its target is 50%',
      },
    ]);
    cpuPercent = 90;
    await looks(20);
    expect(orders).toHaveLength(1);
    cpuPercent = 0;
    await looks(6);
    expect(orders.map((order) => order.replicas)).toEqual([2, 1]);
  });

  it('is the share of its memory', async () => {
    scaledBy([{ metric: 'memory', value: 60 }]);
    memoryBytes = 90 * MIB;
    await looks(6);
    expect(orders).toMatchObject([{ replicas: 2, reason: 'memory is at 90% of each instance, its target is 60%' }]);
  });

  it('is a gauge, as long as it is said', async () => {
    scaledBy([{ metric: 'bus:queue', value: 10 }]);
    gauge = { value: 100, ageMs: 60_001 };
    await looks(10);
    expect(orders).toEqual([]);
    gauge = { value: 100, ageMs: 60_000 };
    await looks(1);
    expect(orders).toMatchObject([{ replicas: 2 }]);
  });
});

describe('nothing is ordered', () => {
  beforeEach(() => (cpuPercent = 200));

  it.each<AppStatus['phase']>(['switching', 'trial', 'reverting', 'held'])('where it is %s', async (now) => {
    phase = now;
    await looks(20);
    expect(orders).toEqual([]);
    // And not at once after it either.
    phase = 'committed';
    await looks(4);
    expect(orders).toEqual([]);
    await looks(2);
    expect(orders).toHaveLength(1);
  });

  it('where the host is held', async () => {
    hold = { by: 'ada', since: 'now', reason: '' };
    await looks(20);
    expect(orders).toEqual([]);
  });

  it('for a cooldown after a person has', async () => {
    await looks(3);
    replicas = 3;
    await looks(4);
    expect(orders).toEqual([]);
    await looks(2);
    expect(orders).toMatchObject([{ replicas: 6 }]);
  });
});

describe('more than there is room for', () => {
  it('is ordered as far as there is, and told', async () => {
    replicas = 3;
    room = 4;
    cpuPercent = 200;
    await looks(7);
    expect(orders).toMatchObject([{ replicas: 4 }]);
    const sentence =
      /^worker would need 6 instances by its load \(cpu is at 100% .*\): there is no room for so many\.$/;
    expect(scaler.problems()).toEqual([expect.stringMatching(sentence)]);
    await looks(40);
    expect(orders).toHaveLength(1);
    expect(warnings).toHaveLength(1);
    cpuPercent = 100;
    await looks(2);
    expect(scaler.problems()).toEqual([]);
  });
});
