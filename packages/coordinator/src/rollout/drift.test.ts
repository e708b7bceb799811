import { describe, expect, it } from 'vitest';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { driftOf, driftRemedy, driftWords } from './drift.js';

const ref = (version: string): ReleaseRef => ({ version, digest: `d${version}`, specDigest: `s${version}` });
const [ONE, TWO, THREE] = [ref('1'), ref('2'), ref('3')];

const runs = (active: ReleaseRef | undefined, patch: Partial<AppStatus> = {}): AppStatus => ({
  ...{ app: 'a', phase: 'idle', converged: true, waitingFor: '', agents: [] },
  ...(active === undefined ? {} : { active }),
  ...patch,
});

const on = (state: RolloutHost['state'], patch: Partial<RolloutHost> = {}): RolloutHost => ({
  ...{ host: 'pc2', wave: 1, state, from: ONE, to: TWO, touched: true, step: 1 },
  ...patch,
});

function rollout(phase: Rollout['phase'], hosts: readonly RolloutHost[], patch: Partial<Rollout> = {}): Rollout {
  return {
    ...{ id: 'r5', seq: 5, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'd2', phase },
    ...{ paused: false, by: 'ann', startedAt: 0, steps: 0, hosts },
    options: { bakeMs: 0, confirmWithinMs: 0, commit: 'together', skipDown: false },
    ...patch,
  };
}

const found = (app: AppStatus | undefined, ...history: readonly Rollout[]) => driftOf('pc2', app, 'a', history);
const LOST = { host: 'pc2', app: 'a', version: '1', expected: '2', rollout: 'r5' };

describe('a host', () => {
  it('that was left out while it was down, and comes back with another release', () => {
    const skipped = rollout('succeeded', [], { skipped: ['pc2'] });
    expect(found(runs(ONE), skipped)).toEqual(LOST);
    expect(found(runs(TWO), skipped)).toBeUndefined();
    expect(found(runs(ONE), { ...skipped, phase: 'rolled_back' })).toBeUndefined();
    expect(found(runs(undefined), skipped)).toBeUndefined();
  });

  it('that nobody meant is left alone', () => {
    expect(found(runs(ONE), rollout('succeeded', []))).toBeUndefined();
    expect(found(runs(ONE))).toBeUndefined();
  });

  it('that has what a newer rollout brought to others is where it should be', () => {
    const back = rollout('succeeded', [], { id: 'r6', version: '1', digest: 'd1', kind: 'rollback' });
    expect(found(runs(ONE), back, rollout('succeeded', [], { skipped: ['pc2'] }))).toBeUndefined();
  });

  it.each<[string, Rollout, ReleaseRef | undefined, string | undefined]>([
    ['lost its release after it was brought there', rollout('succeeded', [on('committed')]), ONE, '2'],
    ['was to be taken back, and was not there', rollout('stuck', [on('unreachable')]), TWO, '1'],
    ['was not well when it came back', rollout('stuck', [on('failed')]), TWO, '1'],
    ['went on by itself after an abort', rollout('aborted', [on('reverted')]), TWO, '1'],
    ['was to keep the release', rollout('rolled_back', [on('committed', { stays: true })]), ONE, '2'],
    [
      'was excused from a rollback',
      rollout('succeeded', [on('unreachable', { excused: true })], { kind: 'rollback' }),
      ONE,
      '2',
    ],
    ['was lost in a rollback', rollout('stuck', [on('unreachable')], { kind: 'rollback' }), ONE, '2'],
    [
      'was never told of a rollback',
      rollout('aborted', [on('staged', { touched: false })], { kind: 'rollback' }),
      TWO,
      '1',
    ],
    ['has lost everything', rollout('succeeded', [on('committed')]), undefined, '2'],
    ['keeps a first release that failed', rollout('stuck', [{ ...on('failed'), from: ref('none') }]), TWO, undefined],
  ])('that %s', (_how, last, active, expected) => {
    const drift = found(active === undefined ? undefined : runs(active), last);
    expect([drift?.version, drift?.expected]).toEqual([active?.version, expected]);
    const wanted = expected === undefined ? undefined : ref(expected);
    expect(found(runs(wanted), last)).toBeUndefined();
  });

  it('that is on its way is not judged', () => {
    const last = rollout('succeeded', [on('committed')]);
    expect(found(runs(ONE, { phase: 'switching' }), last)).toBeUndefined();
    expect(found(runs(ONE), rollout('switching', [on('staged', { to: THREE })]), last)).toBeUndefined();
    expect(found(runs(ONE), rollout('switching', [on('staged', { host: 'pc3' })]), last)).toEqual(LOST);
  });

  it('is told in words, and what to do', () => {
    expect(driftWords(LOST)).toBe('pc2 runs a 1, and r5 has left 2 there');
    expect(driftRemedy(LOST)).toContain('coordinator rollout --app a --version 2 --hosts pc2');
    const { version: _, expected: __, ...nothing } = LOST;
    expect(driftWords(nothing)).toBe('pc2 runs nothing of a, and r5 has left nothing of it there');
  });
});
