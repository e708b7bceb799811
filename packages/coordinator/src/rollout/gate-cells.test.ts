import type { GateSpec, GateVerdict } from '@outrider/shared/domain/gate.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import type { Decision, RolloutEvent } from './decision.js';
import { explain } from './explain.js';
import { isAsked, newGate } from './gate-cells.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });

const spec = (more: Partial<GateSpec> = {}): GateSpec => ({
  ...{ name: 'restarts', ask: { kind: 'metric', metric: 'agent_restarts' }, max: 0, minSamples: 1 },
  ...{ intervalMs: 1_000, timeoutMs: 1_000, count: 1, failureLimit: 0, errorLimit: 1, noData: 'fail' },
  ...more,
});

const host = (name: string, more: Partial<Rollout['hosts'][number]> = {}): Rollout['hosts'][number] => ({
  ...{ host: name, wave: 1, state: 'trial', from: ref('1'), to: ref('2'), touched: true, well: true },
  ...{ step: 1, command: 'switch' },
  ...more,
});

const baking = (gates: readonly GateSpec[], patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'baking' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 1, bakeUntil: 10_000, deadline: 900_000 },
  hosts: [host('h1')],
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  gates: gates.map(newGate),
  gateRound: 1,
  ...patch,
});

const said = (outcome: GateVerdict['outcome'], more: Partial<GateVerdict> = {}): GateVerdict => ({
  ...{ outcome, reason: `it is ${outcome}` },
  ...more,
});
const verdict = (outcome: GateVerdict['outcome'], at: number, more: Partial<RolloutEvent> = {}): RolloutEvent =>
  ({ kind: 'gate', gate: 'restarts', round: 1, verdict: said(outcome), at, ...more }) as RolloutEvent;

/** One decision after the other. */
const run = (rollout: Rollout, ...events: RolloutEvent[]): Decision =>
  events.reduce<Decision>((before, event) => decide(before.rollout, event), { rollout, effects: [], events: [] });

const types = ({ events }: Decision): string[] => events.map(({ type }) => type);

describe('a bake', () => {
  it('is not over before every gate has passed', () => {
    const late = run(baking([spec(), spec({ name: 'other' })]), { kind: 'tick', at: 10_000 });
    expect(late.rollout).toMatchObject({ phase: 'baking', bakeDone: true });
    expect(late.rollout.bakeUntil).toBeUndefined();
    expect(explain(late.rollout)).toContain('has baked on h1 and waits for the gate restarts, the gate other');
    const one = run(late.rollout, verdict('pass', 11_000));
    expect(one.rollout.phase).toBe('baking');
    expect(one.events).toEqual([{ type: 'rollout.gate.passed', reason: 'it is pass', data: { gate: 'restarts' } }]);
    const both = run(one.rollout, verdict('pass', 12_000, { gate: 'other' }));
    expect(both.rollout.phase).toBe('committing');
    expect(both.rollout.bakeDone).toBeUndefined();
    expect(both.effects).toMatchObject([{ kind: 'commit', host: 'h1' }]);
  });

  it('goes its whole time where gates pass early', () => {
    const early = run(baking([spec()]), verdict('pass', 1_000));
    expect(early.rollout).toMatchObject({ phase: 'baking', bakeUntil: 10_000 });
    expect(run(early.rollout, { kind: 'tick', at: 10_000 }).rollout.phase).toBe('committing');
  });

  it('takes as many good verdicts as the gate counts', () => {
    const counted = baking([spec({ count: 3 })]);
    const two = run(counted, { kind: 'tick', at: 10_000 }, verdict('pass', 10_001), verdict('pass', 10_002));
    expect(two.rollout).toMatchObject({ phase: 'baking', gates: [{ passed: 2 }] });
    expect(types(two)).toEqual([]);
    expect(types(run(two.rollout, verdict('pass', 10_003)))[0]).toBe('rollout.gate.passed');
  });

  it('writes nothing for a verdict that is the same again', () => {
    const once = run(baking([spec()]), verdict('pass', 1_000)).rollout;
    expect(decide(once, verdict('pass', 2_000)).rollout).toBe(once);
  });

  it('begins its gates anew in each wave, and drops verdicts of an earlier one', () => {
    const waves = baking([spec()], { hosts: [host('h1'), host('h2', { wave: 2, state: 'staged', touched: false })] });
    const next = run(waves, verdict('pass', 1_000), { kind: 'tick', at: 10_000 });
    expect(next.rollout.phase).toBe('switching');
    const hosts = next.rollout.hosts.map((one) => ({ ...one, state: 'trial' as const, well: true }));
    const again = run({ ...next.rollout, hosts }, { kind: 'tick', at: 11_000 });
    expect(again.rollout).toMatchObject({ phase: 'baking', gateRound: 2, gates: [{ passed: 0 }] });
    expect(run(again.rollout, verdict('fail', 12_000)).rollout).toBe(again.rollout);
  });

  it('that is late with its gates fails, and names them', () => {
    const late = run(baking([spec()]), { kind: 'tick', at: 10_000 }, { kind: 'tick', at: 900_000 });
    expect(late.rollout).toMatchObject({ phase: 'rolling_back', reason: 'the gates restarts said nothing in time' });
  });

  it('that is broken for a moment waits its whole time again', () => {
    const done = run(baking([spec()]), { kind: 'tick', at: 10_000 }).rollout;
    const broken = run({ ...done, hosts: [host('h1', { well: false })] }, { kind: 'tick', at: 11_000 }).rollout;
    expect(broken.bakeDone).toBeUndefined();
    const well = run({ ...broken, hosts: [host('h1')] }, { kind: 'tick', at: 12_000 }).rollout;
    expect(well.bakeUntil).toBe(22_000);
  });
});

describe('a gate that fails', () => {
  it('takes the rollout back and names the culprit', () => {
    const bad = said('fail', {
      host: 'h1',
      agent: 'vision',
      value: 3,
      limit: 0,
      samples: 4,
      reason: 'vision on h1: 3 restarts',
    });
    const failed = run(baking([spec()]), verdict('fail', 1_000, { verdict: bad }));
    expect(failed.rollout).toMatchObject({
      ...{ phase: 'rolling_back', reason: 'the gate restarts failed: vision on h1: 3 restarts' },
      culprit: { host: 'h1', agent: 'vision', cause: 'vision on h1: 3 restarts', log: [] },
    });
    expect(failed.events[0]).toEqual({
      ...{ type: 'rollout.gate.failed', reason: 'vision on h1: 3 restarts', host: 'h1' },
      data: { gate: 'restarts', value: 3, limit: 0, samples: 4, host: 'h1', agent: 'vision' },
    });
    expect(failed.effects).toMatchObject([{ kind: 'revert', host: 'h1' }]);
  });

  it('may do so as often as it says', () => {
    const lenient = baking([spec({ failureLimit: 1 })]);
    const once = run(lenient, verdict('fail', 1_000), verdict('pass', 2_000));
    expect(once.rollout).toMatchObject({ phase: 'baking', gates: [{ failed: 1, passed: 1, outcome: 'pass' }] });
    expect(once.rollout.gates?.[0]).not.toHaveProperty('reason');
    expect(run(once.rollout, verdict('fail', 3_000)).rollout.phase).toBe('rolling_back');
  });

  it('counts though it had passed before', () => {
    expect(run(baking([spec()]), verdict('pass', 1_000), verdict('fail', 2_000)).rollout.phase).toBe('rolling_back');
  });
});

describe('a gate that can’t be asked', () => {
  it('is borne with for its limit of errors in a row, and fails beyond', () => {
    const once = run(baking([spec()]), verdict('error', 1_000));
    expect(once.rollout).toMatchObject({ phase: 'baking', gates: [{ errors: 1, outcome: 'error' }] });
    expect(types(once)).toEqual([]);
    const between = run(once.rollout, verdict('pass', 2_000), verdict('error', 3_000));
    expect(between.rollout).toMatchObject({ phase: 'baking', gates: [{ errors: 1 }] });
    const twice = run(between.rollout, verdict('error', 4_000));
    expect(twice.rollout).toMatchObject({
      phase: 'rolling_back',
      reason: 'the gate restarts failed: it could not be asked 2 times in a row: it is error',
    });
    expect(types(twice)[0]).toBe('rollout.gate.failed');
  });

  it('is no success where the bake ends meanwhile', () => {
    const waiting = run(baking([spec()]), verdict('error', 1_000), { kind: 'tick', at: 10_000 });
    expect(waiting.rollout.phase).toBe('baking');
    expect(explain(waiting.rollout)).toContain('waits for the gate restarts (error: it is error)');
  });
});

describe('a gate that is inconclusive', () => {
  const held = run(baking([spec()]), verdict('inconclusive', 4_000));

  it('pauses the rollout, and says why', () => {
    expect(held.rollout).toMatchObject({ paused: true, bakeLeftMs: 6_000, phase: 'baking' });
    expect(held.rollout.deadline).toBeUndefined();
    expect(explain(held.rollout)).toContain('; paused: the gate restarts is inconclusive: it is inconclusive.');
    expect(held.events).toMatchObject([
      { type: 'rollout.gate.inconclusive', data: { gate: 'restarts' } },
      { type: 'rollout.paused', by: 'gate restarts', reason: 'the gate restarts is inconclusive: it is inconclusive' },
    ]);
    expect(run(held.rollout, verdict('fail', 5_000)).rollout).toBe(held.rollout);
  });

  it('is asked anew when a person goes on', () => {
    const on = run(held.rollout, { kind: 'resume', by: 'bob', at: 60_000 });
    expect(on.rollout).toMatchObject({ paused: false, bakeUntil: 66_000, gateRound: 2 });
    expect(on.rollout).not.toHaveProperty('pausedFor');
    const passed = run(on.rollout, verdict('pass', 61_000, { round: 2 }), { kind: 'tick', at: 66_000 });
    expect(passed.rollout.phase).toBe('committing');
  });

  it('goes on where the time was over already', () => {
    const over = run(baking([spec()]), { kind: 'tick', at: 10_000 }, verdict('inconclusive', 11_000));
    expect(over.rollout).toMatchObject({ paused: true, bakeLeftMs: 0 });
    expect(explain(over.rollout)).toContain('has baked on h1 and waits for the gate');
    const on = run(over.rollout, { kind: 'resume', by: 'bob', at: 60_000 });
    expect(on.rollout).toMatchObject({ phase: 'baking', bakeDone: true, gateRound: 2 });
  });

  it('can be aborted', () => {
    const aborted = run(held.rollout, { kind: 'abort', by: 'bob', at: 60_000 });
    expect(aborted.rollout).toMatchObject({ phase: 'rolling_back', paused: false });
    expect(aborted.rollout).not.toHaveProperty('pausedFor');
  });
});

describe('a gate that compares hosts', () => {
  const hosts = spec({ name: 'hosts', compare: 'hosts', maxRatio: 2 });

  it('is not asked once none is left to compare with, where it passed before', () => {
    const last = baking([hosts], {
      hosts: [host('h1'), host('h2', { wave: 2, state: 'switching' })],
      phase: 'switching',
    });
    const gates = [{ ...newGate(hosts), passed: 1 }];
    const trial = last.hosts.map((one) => ({ ...one, state: 'trial' as const }));
    const begun = run({ ...last, gates, hosts: trial }, { kind: 'tick', at: 1_000 }).rollout;
    expect(begun).toMatchObject({ phase: 'baking', gates: [{ passed: 1 }] });
    expect(begun.gates?.map((gate) => isAsked(begun, gate))).toEqual([false]);
    expect(run(begun, { kind: 'tick', at: begun.bakeUntil ?? 0 }).rollout.phase).toBe('committing');
  });
});

describe('a promotion', () => {
  const promote = (at: number): RolloutEvent => ({ kind: 'promote', by: 'bob', at });
  const staged = host('h2', { wave: 2, state: 'staged', touched: false });
  const canary = baking([spec()], { hosts: [host('h1'), staged] });

  it('ends the bake though no gate has passed', () => {
    const promoted = run(canary, promote(1_000));
    expect(promoted.rollout).toMatchObject({ phase: 'switching', promotedBy: 'bob', gateRound: 1 });
    expect(promoted.effects).toMatchObject([{ kind: 'switch', host: 'h2' }]);
  });

  it('ends the wait for gates', () => {
    const waiting = run(canary, { kind: 'tick', at: 10_000 });
    expect(waiting.rollout.bakeDone).toBe(true);
    const { rollout } = run(waiting.rollout, promote(11_000));
    expect(rollout.phase).toBe('switching');
    expect(rollout).not.toHaveProperty('bakeDone');
  });

  it('decides what a gate could not', () => {
    const { rollout } = run(canary, verdict('inconclusive', 1_000), promote(2_000));
    expect(rollout).toMatchObject({ phase: 'switching', paused: false });
    expect(rollout).not.toHaveProperty('pausedFor');
  });

  it('leaves a pause that a person has made to that person', () => {
    const { rollout } = run(canary, { kind: 'pause', by: 'ann', at: 1_000 }, promote(2_000));
    expect(rollout).toMatchObject({ phase: 'baking', paused: true });
    expect(run(rollout, { kind: 'resume', by: 'ann', at: 3_000 }).rollout.phase).toBe('switching');
  });

  it('drops verdicts that come while its hosts are still to be well', () => {
    const { rollout } = run({ ...canary, hosts: [host('h1', { well: false }), staged] }, promote(1_000));
    expect(rollout.phase).toBe('baking');
    expect(rollout.gates?.map((gate) => isAsked(rollout, gate))).toEqual([false]);
    expect(run(rollout, verdict('fail', 2_000)).rollout).toBe(rollout);
    expect(run({ ...rollout, hosts: [host('h1'), staged] }, { kind: 'tick', at: 3_000 }).rollout.phase).toBe(
      'switching',
    );
  });

  it('binds gates of later waves no less, but for those that have nothing left to compare with', () => {
    const gates = [spec(), spec({ name: 'hosts', compare: 'hosts' })];
    const next = run({ ...canary, gates: gates.map(newGate) }, promote(1_000)).rollout;
    const hosts = next.hosts.map((one) => ({ ...one, state: 'trial' as const, well: true }));
    const last = run({ ...next, hosts }, { kind: 'tick', at: 2_000 }, { kind: 'tick', at: 12_000 }).rollout;
    expect(last).toMatchObject({ phase: 'baking', bakeDone: true, gateRound: 2 });
    expect(last.gates?.map((gate) => isAsked(last, gate))).toEqual([true, false]);
    expect(run(last, verdict('pass', 13_000, { round: 2 })).rollout.phase).toBe('committing');
  });
});

describe('after the bake of a canary that waits for a person', () => {
  it('gates have passed before, and are asked no more', () => {
    const waits = baking([spec()], {
      hosts: [host('h1'), host('h2', { wave: 2, state: 'staged', touched: false })],
      options: { ...baking([]).options, canaryWave: 1, awaitPromotion: true },
    });
    expect(run(waits, { kind: 'tick', at: 10_000 }).rollout).not.toHaveProperty('awaiting');
    const { rollout } = run(waits, { kind: 'tick', at: 10_000 }, verdict('pass', 11_000));
    expect(rollout).toMatchObject({ awaiting: 'promotion', paused: true });
    expect(rollout).not.toHaveProperty('bakeDone');
    expect(run(rollout, verdict('fail', 12_000)).rollout).toBe(rollout);
    expect(run(rollout, { kind: 'promote', by: 'bob', at: 13_000 }).rollout.phase).toBe('switching');
  });
});

describe('on failure', () => {
  const failing = (onFailure: 'hold' | 'rollback-host', hosts: Rollout['hosts'] = [host('h1')]): Rollout =>
    run(
      baking([spec()], { hosts, options: { ...baking([]).options, onFailure } }),
      { kind: 'tick', at: 10_000 },
      verdict('fail', 11_000),
    ).rollout;

  it('hold: a gate that failed waits for a person, and is asked anew in a new bake', () => {
    const held = failing('hold');
    expect(held).toMatchObject({ paused: true, phase: 'baking', holding: 'the gate restarts failed: it is fail' });
    for (const gone of ['bakeDone', 'bakeUntil', 'pausedFor']) expect(held).not.toHaveProperty(gone);
    const { rollout } = run(held, { kind: 'resume', by: 'bob', at: 60_000 });
    expect(rollout).toMatchObject({ phase: 'baking', bakeUntil: 70_000, gateRound: 2, gates: [{ failed: 0 }] });
    expect(rollout).not.toHaveProperty('holding');
  });

  it('rollback-host: hosts of waves that have baked keep the release', () => {
    const { phase, hosts } = failing('rollback-host', [host('h1'), host('h2', { wave: 2 })]);
    expect([phase, ...hosts.map(({ state }) => state)]).toEqual(['rolling_back', 'committing', 'reverting']);
  });
});

it('outside of a bake no gate decides anything', () => {
  for (const phase of ['staging', 'switching', 'committing', 'rolling_back', 'succeeded'] as const) {
    const rollout = baking([spec()], { phase });
    expect(decide(rollout, verdict('fail', 1_000)).rollout).toBe(rollout);
  }
});
