import { describe, expect, it } from 'vitest';
import {
  type ControlAction,
  CONTROL_ACTIONS,
  type Rollout,
  type RolloutHost,
} from '@outrider/shared/domain/rollout.js';
import { answerOfEnded, answerTo } from './answer.js';
import { decide } from './decide.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });
const host = (name: string, wave: number, state: RolloutHost['state']): RolloutHost => ({
  ...{ host: name, wave, state, from: ref('1'), to: ref('2'), touched: state === 'trial', step: 0, well: true },
});

const rollout = (patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'baking' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 0, bakeUntil: 10_000 },
  hosts: [host('h1', 1, 'trial'), host('h2', 2, 'staged')],
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false, canaryWave: 1 },
  ...patch,
});

/** As it is answered once it was decided. */
function say(action: ControlAction, before: Rollout): string {
  const { rollout: after } = decide(before, { kind: action, by: 'bob', at: 5 });
  const { isGranted, sentence } = answerTo(action, before, after);
  return `${isGranted ? 'yes' : 'no'}: ${sentence}`;
}

const LATE = { hosts: [host('h1', 1, 'trial'), host('h2', 2, 'trial')] };
const AWAITING = { paused: true, awaiting: 'promotion' as const };
const FOR_GATE = { paused: true, pausedFor: 'the gate x is inconclusive' };
const HELD = { paused: true, holding: 'h1 went back by itself' };
const STAGING = { phase: 'staging' as const, hosts: [host('h1', 1, 'staging')] };
const BACK = { phase: 'rolling_back' as const, reason: 'it failed' };

describe('what a person hears', () => {
  const cases: readonly (readonly [ControlAction, Partial<Rollout>, RegExp])[] = [
    ['pause', {}, /^yes: r1 is paused: no further host .* "coordinator rollout resume r1"\.$/],
    ['pause', AWAITING, /^yes: r1 is paused: .*, also once its canary is promoted\.$/],
    ['pause', { ...AWAITING, pausedBy: 'ann' }, /^yes: r1 was paused already/],
    ['pause', { paused: true }, /^yes: r1 was paused already/],
    ['pause', HELD, /^yes: r1 stands still already, since it is on hold\.$/],
    ['pause', BACK, /^no: There is nothing to pause\. Rollout of a to 2 \(r1\) is being taken back/],
    ['resume', { paused: true, pausedBy: 'ann' }, /^yes: r1 goes on\.$/],
    ['resume', HELD, /^yes: r1 goes on\.$/],
    ['resume', {}, /^yes: r1 was not paused\. Rollout of a to 2/],
    [
      'resume',
      AWAITING,
      /^no: r1 is not paused by anybody: its canary is well and waits for "coordinator rollout promote/,
    ],
    ['resume', { ...AWAITING, pausedBy: 'ann' }, /^yes: r1 is paused no more; its canary .*promote r1"\.$/],
    ['promote', {}, /^yes: r1 is promoted and goes on\.$/],
    ['promote', AWAITING, /^yes: r1 is promoted and goes on\.$/],
    [
      'promote',
      { ...AWAITING, pausedBy: 'ann' },
      /^yes: r1 is promoted; it is paused, and goes on with .*resume r1"\.$/,
    ],
    ['promote', { paused: true, pausedBy: 'ann' }, /^yes: r1 is promoted; it is paused, and goes on with/],
    ['promote', FOR_GATE, /^yes: r1 is promoted and goes on\.$/],
    ['promote', { promotedBy: 'ann' }, /^yes: r1 was promoted already, by ann: nothing more is to be promoted\.$/],
    ['promote', { ...LATE, promotedBy: 'ann', ...FOR_GATE }, /^no: r1 was promoted already.*goes on with .*resume r1"/],
    ['promote', LATE, /^no: Nothing is to be promoted: it is past its canary\. Rollout of a to 2/],
    ['promote', STAGING, /^no: Nothing is to be promoted: its canary is not on trial yet\./],
    ['promote', HELD, /^no: Nothing is to be promoted: it is on hold, and "resume" tries again\./],
    ['promote', { kind: 'rollback', phase: 'switching' }, /^no: Nothing is to be promoted: a rollback has no canary\./],
    ['abort', {}, /^yes: r1 is aborted: what was touched goes back\.$/],
    ['abort', { kind: 'rollback', phase: 'switching' }, /^yes: r1 is aborted: no further host is told\.$/],
    ['abort', { ...BACK, abortedBy: 'ann' }, /^yes: r1 was aborted already, by ann\.$/],
    ['abort', BACK, /^yes: r1 has failed, and goes back by itself\.$/],
  ];
  it.each(cases)('who says %s to %o', (action, patch, sentence) => {
    expect(say(action, rollout(patch))).toMatch(sentence);
  });

  it.each(CONTROL_ACTIONS)('who says %s to one that has ended', (action) => {
    const done = answerOfEnded(action, rollout({ phase: 'succeeded' }));
    expect(done.isGranted).toBe(false);
    expect(done.sentence).toMatch(
      new RegExp(`^r1 has ended, so there is nothing to ${action}\\. Rollout of a to 2 .*succeeded`),
    );
    expect(/"coordinator rollback" goes back/.test(done.sentence)).toBe(action === 'abort');
  });

  it('who says again to one that has ended what came true', () => {
    const aborted = rollout({ phase: 'aborted', abortedBy: 'ann' });
    expect(answerOfEnded('abort', aborted)).toEqual({
      isGranted: true,
      sentence: 'r1 was aborted by ann and has ended.',
    });
    const promoted = rollout({ phase: 'succeeded', promotedBy: 'ann' });
    expect(answerOfEnded('promote', promoted).sentence).toMatch(/promoted by ann and has ended: nothing more/);
  });
});
