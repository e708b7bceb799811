import { describe, expect, it } from 'vitest';
import type { AppState, Phase } from './app-state.js';
import { reportOf } from './app-report.js';
import { decide } from './decide.js';
import { holdHost, resumeHost } from './hold.js';
import type { HostEvent } from './host-event.js';
import { appOf, bindEpoch, decideHost, type HostState } from './host-state.js';
import { at, EVENTS, inPhase, NEW, OLD, OLDER, order, PHASES, release } from './testing/examples.js';

const SINCE = '2026-01-01T00:00:00.000Z';
const hostWith = (...apps: readonly AppState[]): HostState => ({
  binding: { epoch: 1, holder: 'leader-1', since: SINCE },
  apps: Object.fromEntries(apps.map((app) => [app.app, app])),
});
const hold = (state: HostState, staged = true) =>
  holdHost(state, 'answers nonsense', { by: 'ada', since: SINCE, isStaged: () => staged });
const held = (phase: Phase, patch: Partial<AppState> = {}) => hold(hostWith({ ...inPhase(phase), ...patch }));
const app = (state: HostState): AppState => appOf(state, 'assistants');

describe('an emergency', () => {
  it('takes back what is under way, naming who and why, and kills what runs', () => {
    for (const phase of ['switching', 'trial'] as const) {
      const { state, effects } = held(phase);
      expect(app(state)).toMatchObject({
        active: OLD,
        work: { phase: 'reverting', towards: 'revert', urgent: true },
        outcome: { rollout: 'r2', result: 'reverted', reason: 'emergency by ada: answers nonsense' },
        failed: [],
      });
      expect(effects).toEqual([
        {
          app: 'assistants',
          effects: [
            { kind: 'run', release: OLD, mode: 'steady', verify: true, urgent: true },
            expect.objectContaining({ type: 'rollout.host.reverting', reason: 'emergency by ada: answers nonsense' }),
          ],
        },
      ]);
    }
  });

  it('takes what is at rest to the release before, and leaves nothing to come back to', () => {
    const { state, effects } = held('idle');
    expect(app(state)).toMatchObject({ active: OLDER, work: { phase: 'reverting', urgent: true } });
    expect(app(state).previous).toBeUndefined();
    expect(effects[0]?.effects[0]).toMatchObject({ kind: 'run', release: OLDER, mode: 'steady', urgent: true });
  });

  it.each<[string, Partial<AppState>, boolean]>([
    ['has failed here', { failed: [OLDER] }, true],
    ['was left by a rollback', { left: OLDER }, true],
    ['is not on this disk', {}, false],
    [
      'was good before another was gone back from',
      { outcome: { rollout: 'r2', result: 'reverted', reason: '' } },
      true,
    ],
    [
      'is a step further than the rollout under way asks for',
      { staging: { release: NEW, rollout: 'r2', sources: [], state: 'done', reason: '' } },
      true,
    ],
  ])('goes to no release that %s', (_, patch, staged) => {
    const before = { ...inPhase('idle'), ...patch };
    const { state, effects } = hold(hostWith(before), staged);
    expect(app(state)).toEqual(before);
    expect(effects).toEqual([{ app: 'assistants', effects: [] }]);
  });

  it('where there was no release before stays on the one that runs', () => {
    const { previous: _previous, ...first } = inPhase('idle');
    expect(app(hold(hostWith(first)).state).active).toEqual(OLD);
  });

  it('makes what is going back already quicker', () => {
    const { state, effects } = held('reverting');
    expect(app(state).work).toMatchObject({ phase: 'reverting', urgent: true });
    expect(effects[0]?.effects).toEqual([{ kind: 'run', release: OLD, mode: 'steady', verify: true, urgent: true }]);
  });

  it('after a rollback does not undo it', () => {
    const rolledBack = decide(inPhase('idle'), { ...EVENTS.switch, release: OLDER, confirmWithinMs: 0 }).state;
    const settled = decide(rolledBack, { kind: 'converged', release: OLDER, at: at(2000) }).state;
    expect(settled).toMatchObject({ active: OLDER, previous: OLD, work: { phase: 'idle' } });
    expect(app(hold(hostWith(settled)).state).active).toEqual(OLDER);
    // Rolled out again, it is a release like any other, and the one before it is good.
    const trial = decide(settled, { ...EVENTS.switch, order: order(7) }).state;
    const onTrial = decide(trial, { kind: 'converged', release: NEW, at: at(3000) }).state;
    const committed = decide(onTrial, { ...EVENTS.commit, order: order(8), at: at(4000) }).state;
    expect(app(hold(hostWith(committed)).state).active).toEqual(OLDER);
  });

  it('told twice goes back once', () => {
    const { state } = held('idle');
    const again = hold(state);
    expect(again.state).toBe(state);
    expect(again.effects).toEqual([]);
  });

  it('after the end of the first finds nothing to go back to', () => {
    const { state } = held('idle');
    const settled = decideHost(state, 'assistants', { kind: 'converged', release: OLDER, at: at(2000) }).state;
    const second = hold(resumeHost(settled));
    expect(app(second.state).active).toEqual(OLDER);
    expect(second.effects[0]?.effects).toEqual([]);
  });

  it('goes on without grace after a restart of the sidecar, also on another boot', () => {
    const { state } = held('trial');
    const kept = JSON.parse(JSON.stringify(state)) as HostState;
    for (const boot of ['boot-1', 'boot-2']) {
      const { effects } = decideHost(kept, 'assistants', { kind: 'booted', at: at(5, boot) });
      expect(effects).toMatchObject([{ kind: 'run', release: OLD, urgent: true }]);
    }
  });
});

describe('a hold', () => {
  const SENTENCE =
    /^This host is held since 2026-01-01T00:00:00.000Z by ada \(answers nonsense\): nothing is switched.*`coordinator host resume`.*`sidecar resume`\.$/;
  const events: Readonly<Record<string, HostEvent>> = {
    switch: { ...EVENTS.switch, order: order(6, 2, 9) },
    rollback: { ...EVENTS.switch, order: order(6, 2, 9), confirmWithinMs: 0, release: release('3.0.0') },
    commit: { ...EVENTS.commit, order: order(6, 2, 9) },
    renew: { ...EVENTS.renew, epoch: 9, holder: 'leader-9' },
  };

  for (const phase of PHASES) {
    it.each(Object.keys(events))(`in ${phase} refuses a %s, also of a new leader, and changes no app`, (kind) => {
      const { state } = held(phase);
      const decision = decideHost(state, 'assistants', events[kind]!);
      expect(decision.reply).toMatchObject({ accepted: false, reason: expect.stringMatching(SENTENCE) as string });
      expect(decision.effects).toEqual([]);
      expect(decision.state.apps).toEqual(state.apps);
      expect(decision.state.hold).toEqual(state.hold);
    });
  }

  it('is no answer to the leader of before: its epoch is over', () => {
    const { state } = held('trial');
    const { reply } = decideHost(state, 'assistants', EVENTS.revert);
    expect(reply).toMatchObject({ reason: expect.stringMatching(/obeys epoch 2 of the emergency of ada/) as string });
    expect(bindEpoch(state, 3, 'leader-3', SINCE).reply.accepted).toBe(true);
  });

  it('lets a new leader stage, revert, and switch to what is active already', () => {
    const { state } = held('trial');
    const by = order(6, 2, 9);
    for (const event of [
      { ...EVENTS.stage, order: by },
      { ...EVENTS.revert, order: by },
      { ...EVENTS.switch, order: by, confirmWithinMs: 0, release: OLD },
    ]) {
      const { reply, state: after } = decideHost(state, 'assistants', event);
      expect(reply).toEqual({ accepted: true });
      expect(app(after).active).toEqual(OLD);
    }
  });

  it('is the phase of what has settled, and stands beside what is still going back', () => {
    const { state } = held('trial');
    expect(reportOf(app(state), at(0), state.hold)).toMatchObject({ phase: 'reverting', hold: { by: 'ada' } });
    const settled = decideHost(state, 'assistants', { kind: 'converged', release: OLD, at: at(2000) }).state;
    expect(reportOf(app(settled), at(0), settled.hold)).toMatchObject({ phase: 'held', active: OLD });
    expect(reportOf(app(settled), at(0))).toMatchObject({ phase: 'idle' });
  });

  it('ends, and then everything is as it was; without one nothing changes', () => {
    const { state } = held('trial');
    const free = resumeHost(state);
    expect(free.hold).toBeUndefined();
    expect(resumeHost(free)).toBe(free);
    const settled = decideHost(free, 'assistants', { kind: 'converged', release: OLD, at: at(2000) }).state;
    expect(decideHost(settled, 'assistants', events['switch']!).reply).toEqual({ accepted: true });
  });
});
