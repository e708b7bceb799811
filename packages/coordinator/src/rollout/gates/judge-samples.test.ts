import type { AgentSamples, GateSpec, HostSamples, SampleWindow } from '@outrider/shared/domain/gate.js';
import { describe, expect, it } from 'vitest';
import { judgeSamples, type SampledHost } from './judge-samples.js';

const PERIOD = 5_000;

/** Newest last, one a period. */
const window = (value: readonly number[], incarnation: readonly number[] = value.map(() => 0)): SampleWindow => ({
  value,
  ageMs: value.map((_, index) => (value.length - index) * PERIOD),
  spanMs: value.map(() => PERIOD),
  incarnation,
});

interface Windows {
  readonly before?: readonly number[];
  readonly since?: readonly number[];
  readonly incarnations?: readonly number[];
  readonly kind?: 'gauge' | 'counter';
}

const agent = (name: string, series: string, windows: Windows, instance = 0): AgentSamples => ({
  ...{ agent: name, instance, version: '2' },
  metrics: [
    {
      ...{ name: series, kind: windows.kind ?? 'gauge' },
      before: window(windows.before ?? []),
      since: window(windows.since ?? [], windows.incarnations),
    },
  ],
});

const samples = (...agents: AgentSamples[]): HostSamples => ({ periodMs: PERIOD, rollout: 'r1', agents });
const trial = (...agents: AgentSamples[]): SampledHost => ({
  host: 'pc1',
  switched: true,
  samples: samples(...agents),
});
const old = (...agents: AgentSamples[]): SampledHost => ({ host: 'pc2', switched: false, samples: samples(...agents) });

const gate = (
  metric: Extract<GateSpec['ask'], { kind: 'metric' }>['metric'],
  more: Partial<GateSpec> = {},
): GateSpec => ({
  ...{ name: metric, ask: { kind: 'metric', metric }, minSamples: 1, intervalMs: 10_000, timeoutMs: 1_000 },
  ...{ count: 1, failureLimit: 0, errorLimit: 4, noData: 'fail' },
  ...more,
});
const bus = (name: string, more: Partial<GateSpec>): GateSpec => ({
  ...gate('agent_restarts', more),
  ask: { kind: 'bus', name },
});

const times = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i));

describe('against a limit', () => {
  it('restarts since the switch are added up, instances together, and the worst agent is named', () => {
    const spec = gate('agent_restarts', { max: 1 });
    const vision = [0, 1].map((instance) =>
      agent('vision', 'restarts', { since: [0, 1, 0], kind: 'counter' }, instance),
    );
    expect(judgeSamples(spec, [trial(agent('memory', 'restarts', { since: [1] }), ...vision)], true)).toEqual({
      ...{ outcome: 'fail', reason: 'vision on pc1: 2 restarts, more than max 1' },
      ...{ value: 2, limit: 1, samples: 6, host: 'pc1', agent: 'vision' },
    });
    expect(judgeSamples(spec, [trial(agent('memory', 'restarts', { since: [1] }))], true)).toMatchObject({
      ...{ outcome: 'pass', reason: 'memory on pc1: 1 restarts, within max 1', value: 1, agent: 'memory' },
    });
  });

  it('errors are those of a minute, and of less than one no more than were seen', () => {
    const spec = gate('errors_per_minute', { max: 2 });
    const judged = (since: number[]) => judgeSamples(spec, [trial(agent('a', 'errors', { since }))], true);
    expect(judged([0, 2])).toMatchObject({ outcome: 'pass', value: 2 });
    expect(judged([0, 3])).toMatchObject({ outcome: 'fail', value: 3 });
    expect(judged(times(24, () => 1))).toMatchObject({ outcome: 'fail', value: 12 });
    expect(judged(times(24, (i) => (i < 4 ? 1 : 0)))).toMatchObject({ outcome: 'pass', value: 2 });
  });

  it('probes are judged by their median', () => {
    const spec = gate('probe_seconds', { max: 0.25 });
    const judged = (since: number[]) => judgeSamples(spec, [trial(agent('a', 'probe_seconds', { since }))], true);
    expect(judged([0.1, 0.1, 9])).toMatchObject({ outcome: 'pass', value: 0.1 });
    expect(judged([0.1, 0.3, 0.4])).toMatchObject({
      outcome: 'fail',
      value: 0.3,
      reason: 'a on pc1: 0.3 s, more than max 0.25',
    });
  });

  it('memory grows by its slope, of the newest process alone', () => {
    const spec = gate('memory_growth', { max: 1024 ** 2, minSamples: 6 });
    const mib = (list: number[]) => list.map((one) => one * 1024 ** 2);
    const judged = (since: number[], incarnations?: number[]) =>
      judgeSamples(
        spec,
        [trial(agent('a', 'memory_bytes', { since: mib(since), ...(incarnations ? { incarnations } : {}) }))],
        true,
      );
    expect(judged([10, 40, 40, 40, 40, 40, 40])).toMatchObject({ outcome: 'pass' });
    expect(judged([10, 11, 12, 13, 14, 15, 16])).toMatchObject({
      outcome: 'fail',
      reason: 'a on pc1: 12 MiB a minute of growth, more than max 1 MiB',
    });
    // It was started anew: what it took before is no growth.
    expect(judged([10, 10, 10, 90, 90, 90, 90], [0, 0, 0, 1, 1, 1, 1])).toMatchObject({ outcome: 'pass', value: 0 });
    expect(judged([10, 11, 12])).toMatchObject({ outcome: 'waiting', reason: 'a on pc1 has 3 samples of 6' });
  });

  it('metrics of the bus: counters by the minute, gauges by their median', () => {
    const judged = (spec: GateSpec, kind: 'gauge' | 'counter', since: number[]) =>
      judgeSamples(spec, [trial(agent('a', 'bus:done', { since, kind }))], true);
    expect(judged(bus('done', { min: 60 }), 'counter', [6, 6])).toMatchObject({ outcome: 'pass', value: 72 });
    expect(judged(bus('done', { min: 60 }), 'counter', [1, 2])).toMatchObject({
      outcome: 'fail',
      value: 18,
      limit: 60,
      reason: 'a on pc1: 18 done a minute, less than min 60',
    });
    expect(judged(bus('done', { max: 5 }), 'gauge', [1, 2, 90])).toMatchObject({ outcome: 'pass', value: 2 });
  });

  it('waits for enough samples of each agent, but not before a fail', () => {
    const spec = gate('agent_restarts', { max: 0, minSamples: 3 });
    const [few, bad] = [agent('a', 'restarts', { since: [0] }), agent('b', 'restarts', { since: [0, 1, 0] })];
    expect(judgeSamples(spec, [trial(few)], true)).toEqual({
      outcome: 'waiting',
      reason: 'a on pc1 has 1 samples of 3',
    });
    expect(judgeSamples(spec, [trial(few, bad)], true)).toMatchObject({ outcome: 'fail', agent: 'b' });
  });
});

describe('without data', () => {
  const none = [trial(agent('a', 'restarts', {}))];
  it.each([
    ['fail', 'fail'],
    ['pass', 'pass'],
    ['inconclusive', 'inconclusive'],
  ] as const)('no_data: %s', (noData, outcome) => {
    const spec = gate('agent_restarts', { max: 0, noData });
    expect(judgeSamples(spec, none, true)).toEqual({ outcome: 'waiting', reason: 'no agent has samples of it yet' });
    expect(judgeSamples(spec, none, false)).toEqual({
      outcome,
      reason: 'no data: no agent has samples of it',
      samples: 0,
    });
  });

  it('concerns an agent that the gate names, and no other', () => {
    const both = [trial(agent('a', 'probe_seconds', { since: [0.1] }), agent('b', 'probe_seconds', {}))];
    expect(judgeSamples(gate('probe_seconds', { max: 1 }), both, false)).toMatchObject({ outcome: 'pass', agent: 'a' });
    expect(judgeSamples(gate('probe_seconds', { max: 1, agents: ['a', 'b'] }), both, false)).toMatchObject({
      outcome: 'fail',
      reason: 'no data: b on pc1 has 0 samples of 1',
    });
  });
});

describe('against the same agent before its switch', () => {
  const spec = (more: Partial<GateSpec> = {}) =>
    gate('errors_per_minute', { compare: 'before', maxRatio: 1.5, minSamples: 3, ...more });
  const judged = (before: number[], since: number[], more: Partial<GateSpec> = {}) =>
    judgeSamples(spec(more), [trial(agent('a', 'errors', { before, since, kind: 'counter' }))], true);

  it('rates are compared by their ratio', () => {
    expect(judged([1, 1, 1, 1], [1, 1, 1])).toMatchObject({ outcome: 'pass', value: 1, limit: 1.5, samples: 3 });
    expect(judged([1, 1, 1, 1], [2, 2, 2])).toMatchObject({
      ...{ outcome: 'fail', value: 2, limit: 1.5, host: 'pc1', agent: 'a' },
      reason: 'a on pc1: 24 errors a minute, 12 errors a minute before the switch; ratio 2, more than max_ratio 1.5',
    });
  });

  it('from nothing to nothing is no worse, from nothing to something is', () => {
    expect(judged([0, 0, 0], [0, 0, 0])).toMatchObject({ outcome: 'pass', value: 1 });
    const worse = judged([0, 0, 0], [0, 1, 0]);
    expect(worse).toMatchObject({ outcome: 'fail' });
    expect(worse).not.toHaveProperty('value');
  });

  it('from 20 samples on a ratio alone is not enough: it may be chance', () => {
    // Now and then a burst, no more often than before.
    const before = times(40, (i) => (i === 7 ? 3 : 0));
    const burst = judged(
      before,
      times(20, (i) => (i === 3 ? 9 : 0)),
    );
    expect(burst).toMatchObject({ outcome: 'pass' });
    expect(burst.reason).toMatch(/ratio 6, more than max_ratio 1\.5, which may be chance \(Mann-Whitney p = 0\.\d+\)/);
    const real = judged(
      before,
      times(20, (i) => i % 2),
    );
    expect(real).toMatchObject({ outcome: 'fail', samples: 20 });
    expect(real.reason).toMatch(/\(Mann-Whitney p (?:= 0\.00\d+|< 0\.0001)\)$/);
    // One sample fewer, and the ratio decides.
    expect(
      judged(
        before,
        times(19, (i) => (i === 3 ? 9 : 0)),
      ),
    ).toMatchObject({ outcome: 'fail' });
  });

  it('a window before that is too short grows no more', () => {
    expect(judged([1], [1, 1, 1])).toMatchObject({
      outcome: 'fail',
      reason: 'no data: a on pc1 before its switch has 1 samples of 3',
    });
    expect(judged([1, 1, 1], [1])).toMatchObject({ outcome: 'waiting' });
  });

  it('who is new has nothing to be compared with', () => {
    const fresh = agent('new', 'errors', { since: [9, 9, 9] });
    const known = agent('a', 'errors', { before: [1, 1, 1], since: [1, 1, 1] });
    expect(judgeSamples(spec(), [trial(fresh, known)], true)).toMatchObject({ outcome: 'pass', agent: 'a' });
    expect(judgeSamples(spec(), [trial(fresh)], false)).toMatchObject({ outcome: 'fail', samples: 0 });
    expect(judgeSamples(spec({ agents: ['new'] }), [trial(fresh, known)], false)).toMatchObject({ outcome: 'fail' });
  });

  it('a limit holds beside the ratio; values below 0 have none', () => {
    expect(judged([9, 9, 9], [9, 9, 9], { max: 20 })).toMatchObject({ outcome: 'fail', limit: 20 });
    const below = judgeSamples(
      bus('x', { compare: 'before', maxRatio: 2 }),
      [trial(agent('a', 'bus:x', { before: [-1], since: [4] }))],
      true,
    );
    expect(below).toMatchObject({ outcome: 'inconclusive', reason: 'a on pc1: values below 0 have no ratio' });
  });

  it('memory itself is compared, not its slope', () => {
    const memory = (since: number[]) =>
      judgeSamples(
        gate('memory_growth', { compare: 'before', maxRatio: 1.5, minSamples: 3 }),
        [trial(agent('a', 'memory_bytes', { before: [100, 100, 100], since }))],
        true,
      );
    expect(memory([120, 120, 120])).toMatchObject({ outcome: 'pass', value: 1.2 });
    expect(memory([200, 200, 200])).toMatchObject({ outcome: 'fail', value: 2 });
  });
});

describe('against hosts that are not switched yet', () => {
  const spec = (more: Partial<GateSpec> = {}) =>
    gate('probe_seconds', { compare: 'hosts', maxRatio: 2, minSamples: 2, ...more });
  const of = (since: number[]) => agent('a', 'probe_seconds', { since });

  it('the same time is compared: what they did earlier does not count', () => {
    const slowNow = old(of([0.01, 0.01, 0.01, 0.2, 0.2]));
    expect(judgeSamples(spec(), [trial(of([0.3, 0.3])), slowNow], true)).toMatchObject({ outcome: 'pass', samples: 2 });
    const quick = old(of([0.2, 0.2, 0.2, 0.1, 0.1]));
    expect(judgeSamples(spec(), [trial(of([0.3, 0.3])), quick], true)).toMatchObject({
      ...{ outcome: 'fail', agent: 'a', host: 'pc1' },
      reason: 'a on pc1: 0.3 s, 0.1 s on hosts not yet switched; ratio 3, more than max_ratio 2',
    });
  });

  it('an agent that is nowhere else is left out, unless it is named', () => {
    const hosts = [trial(of([0.3, 0.3]), agent('only', 'probe_seconds', { since: [9, 9] })), old(of([0.3, 0.3]))];
    expect(judgeSamples(spec(), hosts, false)).toMatchObject({ outcome: 'pass', agent: 'a' });
    expect(judgeSamples(spec({ agents: ['only'] }), hosts, false)).toMatchObject({ outcome: 'fail', samples: 0 });
    expect(judgeSamples(spec(), [trial(of([0.3, 0.3]))], false)).toMatchObject({ outcome: 'fail', samples: 0 });
  });

  it('waits while the others have too few', () => {
    expect(judgeSamples(spec(), [trial(of([0.3, 0.3])), old(of([0.3]))], true)).toMatchObject({ outcome: 'waiting' });
  });
});
