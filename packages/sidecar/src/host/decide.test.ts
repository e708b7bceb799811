import { sameRelease } from '@outrider/shared/domain/release.js';
import { describe, expect, it } from 'vitest';
import { type AppState, newApp, type Phase, wantedOf } from './app-state.js';
import { reportOf } from './app-report.js';
import { decide, TABLE } from './decide.js';
import type { Decision, EventOf, HostEventKind } from './host-event.js';
import { at, eventOf, EVENTS, inPhase, KINDS, NEW, OLD, OLDER, order, PHASES, release } from './testing/examples.js';

/** `phase` after it, what is performed, and whether a command is refused. */
const CELLS: { readonly [P in Phase]: { readonly [K in HostEventKind]: string } } = {
  idle: {
    stage: 'idle: fetch, staging',
    switch: 'switching: run 1.1.0 switch, switching',
    renew: 'idle, refused',
    commit: 'idle, refused',
    revert: 'idle',
    scale: 'idle: run 1.0.0 steady, memory 1 -> 3',
    staged: 'idle',
    stageFailed: 'idle',
    converged: 'idle',
    failed: 'idle',
    tick: 'idle',
    booted: 'idle: run 1.0.0 steady',
  },
  switching: {
    stage: 'switching: fetch, staging',
    switch: 'switching',
    renew: 'switching',
    commit: 'switching, refused',
    revert: 'reverting: run 1.0.0 steady, reverting',
    scale: 'switching, refused',
    staged: 'switching',
    stageFailed: 'switching',
    converged: 'trial: run 1.1.0 trial, trial',
    failed: 'reverting: run 1.0.0 steady, failed, reverting',
    tick: 'switching',
    booted: 'switching: run 1.1.0 switch',
  },
  trial: {
    stage: 'trial: fetch, staging',
    switch: 'trial',
    renew: 'trial',
    commit: 'idle: run 1.1.0 steady, committed',
    revert: 'reverting: run 1.0.0 steady, reverting',
    scale: 'trial, refused',
    staged: 'trial',
    stageFailed: 'trial',
    converged: 'trial',
    failed: 'reverting: run 1.0.0 steady, failed, reverting',
    tick: 'trial',
    booted: 'trial: run 1.1.0 trial',
  },
  reverting: {
    stage: 'reverting: fetch, staging',
    switch: 'reverting, refused',
    renew: 'reverting, refused',
    commit: 'reverting, refused',
    revert: 'reverting',
    scale: 'reverting, refused',
    staged: 'reverting',
    stageFailed: 'reverting',
    converged: 'reverting',
    failed: 'reverting',
    tick: 'reverting',
    booted: 'reverting: run 1.0.0 steady',
  },
};

function describeDecision({ state, effects, reply }: Decision): string {
  const done = effects.map((effect) => {
    if (effect.kind === 'run') return `run ${effect.release?.version ?? 'nothing'} ${effect.mode}`;
    if (effect.kind === 'scaled') return `${effect.agent} ${effect.from} -> ${effect.to}`;
    return effect.kind === 'fetch' ? 'fetch' : effect.type.replace('rollout.host.', '');
  });
  return `${state.work.phase}${reply.accepted ? '' : ', refused'}${done.length === 0 ? '' : `: ${done.join(', ')}`}`;
}

describe('every cell of the table', () => {
  for (const phase of PHASES) {
    for (const kind of KINDS) {
      it(`${phase} x ${kind}: ${CELLS[phase][kind]}`, () => {
        expect(describeDecision(decide(inPhase(phase), eventOf(kind)))).toBe(CELLS[phase][kind]);
      });
    }
  }

  it('has no cell that was not looked at', () => {
    expect(Object.keys(TABLE)).toEqual(PHASES);
    for (const phase of PHASES) expect(Object.keys(TABLE[phase])).toEqual(KINDS);
  });
});

const switchTo = (patch: Partial<EventOf<'switch'>>): EventOf<'switch'> => ({ ...EVENTS.switch, ...patch });
const reasonOf = (decision: Decision): string => (decision.reply.accepted ? '' : decision.reply.reason);

describe('fences', () => {
  it('refuses a command that is lower, naming who has gone on and since when', () => {
    const decision = decide(inPhase('trial'), { ...EVENTS.revert, order: order(4) });
    expect(reasonOf(decision)).toBe(
      'assistants: this command came too late (epoch 1, rollout 2, step 4): leader-1 has gone on to ' +
        'epoch 1, rollout 2, step 5 of r2 since 2026-01-01T00:00:00.000Z.',
    );
    expect(decision.state).toEqual(inPhase('trial'));
  });

  it('answers an equal one without acting twice', () => {
    const state = inPhase('idle');
    const decision = decide(state, switchTo({ order: order(5) }));
    expect(decision).toEqual({ state, effects: [], reply: { accepted: true } });
  });

  it('knows the same command again when another leader repeats it', () => {
    const decision = decide(inPhase('idle'), switchTo({ order: order(5, 2, 9) }));
    expect(decision.state.work.phase).toBe('idle');
    expect(decision.state.accepted?.fence).toEqual({ epoch: 9, rollout: 2, step: 5 });
  });

  it('acts where a leader whose memory was set back gives the same step another meaning', () => {
    const staged = decide(newApp('assistants'), { ...EVENTS.stage, order: order(1) });
    const next = decide(staged.state, switchTo({ order: order(1, 2, 2) }));
    expect(describeDecision(next)).toBe('switching: run 1.1.0 switch, switching');
    const same = decide(next.state, switchTo({ order: order(1, 2, 3), confirmWithinMs: 1_000 }));
    expect([same.effects, same.state.accepted?.fence.epoch]).toEqual([[], 3]);
    expect(decide(next.state, { ...EVENTS.revert, order: order(1, 2, 3) }).state.work.phase).toBe('reverting');
  });

  it('stores the fence of a revert that found nothing, so that the late switch is refused', () => {
    const reverted = decide(newApp('assistants'), { ...EVENTS.revert, order: order(8) });
    expect(reverted.reply.accepted).toBe(true);
    expect(reasonOf(decide(reverted.state, switchTo({ order: order(7) })))).toContain('came too late');
  });

  it('stores no fence of a command that was refused', () => {
    const decision = decide(inPhase('idle'), switchTo({ staged: false }));
    expect(reasonOf(decision)).toContain('1.1.0 is not staged on this host');
    expect(decision.state).toEqual(inPhase('idle'));
  });
});

describe('on the way back', () => {
  const revert = (step: number, urgent?: true): EventOf<'revert'> => ({
    ...EVENTS.revert,
    order: order(step),
    ...(urgent === undefined ? {} : { urgent }),
  });

  it('a revert that is urgent leaves nobody any grace; said again, or without that, it changes nothing', () => {
    const back = decide(inPhase('trial'), revert(6)).state;
    expect(decide(back, revert(7)).effects).toEqual([]);
    const { state, effects } = decide(back, revert(7, true));
    expect(effects).toMatchObject([{ kind: 'run', urgent: true, mode: 'steady' }]);
    expect(state.work).toMatchObject({ phase: 'reverting', urgent: true });
    expect(decide(state, revert(8, true)).effects).toEqual([]);
  });
});

describe('trial', () => {
  it('ends in the old version when nobody confirms', () => {
    const { state } = decide(inPhase('trial'), { kind: 'tick', at: at(120_000) });
    expect(state.work.phase).toBe('reverting');
    expect(state.outcome).toEqual({
      rollout: 'r2',
      result: 'reverted',
      reason: 'the trial was not confirmed within 120 s',
    });
    expect(state.failed).toEqual([]);
  });

  it('is prolonged by a renewal', () => {
    const renewed = decide(inPhase('trial'), { ...EVENTS.renew, at: at(119_999) });
    expect(decide(renewed.state, { kind: 'tick', at: at(239_998) }).state.work.phase).toBe('trial');
    expect(decide(renewed.state, { kind: 'tick', at: at(239_999) }).state.work.phase).toBe('reverting');
  });

  it('is not renewed by another rollout', () => {
    expect(reasonOf(decide(inPhase('trial'), { ...EVENTS.renew, rollout: 'r3' }))).toContain(
      'nothing of rollout r3 is on trial on this host; 1.1.0 of rollout r2 is',
    );
  });

  it('is not committed when the lease is over, even if no timer has noticed', () => {
    const decision = decide(inPhase('trial'), { ...EVENTS.commit, at: at(120_000) });
    expect(reasonOf(decision)).toContain('went back on this host: the trial was not confirmed within 120 s');
    expect(describeDecision(decision)).toBe('reverting, refused: run 1.0.0 steady, reverting');
  });

  it('ends with a reboot', () => {
    const { state } = decide(inPhase('trial'), { kind: 'booted', at: at(1, 'boot-2') });
    expect(state.work.phase).toBe('reverting');
    expect(state.outcome?.reason).toBe('the host restarted during the trial');
  });

  it('makes the candidate active and the active previous when it is committed', () => {
    const { state } = decide(inPhase('trial'), EVENTS.commit);
    expect([state.active, state.previous]).toEqual([NEW, OLD]);
    expect(state.outcome).toEqual({ rollout: 'r2', result: 'committed', reason: '' });
    const again = decide(state, { ...EVENTS.commit, order: order(7) });
    expect(again.reply.accepted).toBe(true);
    expect({ ...again.state, accepted: undefined }).toEqual({ ...state, accepted: undefined });
  });

  it('is not committed by another rollout', () => {
    expect(reasonOf(decide(inPhase('trial'), { ...EVENTS.commit, order: order(1, 3) }))).toContain('rollout r3');
  });

  it('is not replaced by another rollout', () => {
    const decision = decide(inPhase('trial'), switchTo({ order: order(1, 3), release: release('2.0.0') }));
    expect(reasonOf(decision)).toBe(
      'assistants: 1.1.0 is on trial in rollout r2 (since 2026-01-01T00:00:00.000Z, by alice); commit or revert that first.',
    );
  });
});

describe('switch', () => {
  it('has a deadline of its own, and says what it was waiting for', () => {
    const { state } = decide(inPhase('switching'), { kind: 'tick', waitingFor: 'memory', at: at(60_000) });
    expect(state.outcome?.reason).toBe('the agents were not ready within 60 s; waiting for memory');
    expect(state.failed).toEqual([NEW]);
  });

  it('begins the lease when the agents are ready, not before', () => {
    const { state } = decide(inPhase('switching'), { ...EVENTS.converged, at: at(50_000) });
    expect(reportOf(state, at(60_000))).toMatchObject({ phase: 'trial', leaseRemainingMs: 110_000 });
  });

  it('names the culprit of a failure at once', () => {
    const { state } = decide(inPhase('switching'), EVENTS.failed);
    expect(reportOf(state, at(1))).toMatchObject({
      phase: 'reverting',
      outcome: { result: 'reverted', culprit: { agent: 'memory', log: ['boom'] } },
    });
  });

  it('does not believe facts about another release', () => {
    const state = inPhase('switching');
    expect(decide(state, { kind: 'converged', release: OLD, at: at(1) }).state).toBe(state);
    expect(decide(state, { kind: 'failed', release: OLD, reason: '' }).state).toBe(state);
  });

  it('goes back to nothing where nothing was active', () => {
    const first = decide(newApp('assistants'), switchTo({})).state;
    const failed = decide(first, EVENTS.failed);
    expect(describeDecision(failed)).toContain('run nothing steady');
    const done = decide(failed.state, { kind: 'converged', at: at(1) }).state;
    expect(done.work.phase).toBe('idle');
    expect(reportOf(done, at(1))).toMatchObject({ phase: 'idle', outcome: { result: 'reverted' } });
    expect(wantedOf(done)).toBeUndefined();
  });

  it('to what is active already is a switch like any other, and keeps what was before', () => {
    const switching = decide(inPhase('idle'), switchTo({ release: OLD })).state;
    const trial = decide(switching, { kind: 'converged', release: OLD, at: at(1) }).state;
    const { state } = decide(trial, { ...EVENTS.commit, order: order(7) });
    expect([state.active, state.previous]).toEqual([OLD, OLDER]);
  });
});

describe('rollback', () => {
  const rollback = (target: AppState, to = OLDER): Decision =>
    decide(target, switchTo({ confirmWithinMs: 0, release: to }));

  it('makes the target active before the first agent is touched, and has no timer', () => {
    const { state } = rollback(inPhase('idle'));
    expect([state.active, state.previous, state.work.phase]).toEqual([OLDER, OLD, 'reverting']);
    expect(decide(state, { kind: 'tick', at: at(9e9, 'boot-2') }).state).toBe(state);
    const done = decide(state, { kind: 'converged', release: OLDER, at: at(2) }).state;
    expect(reportOf(done, at(2))).toMatchObject({
      phase: 'committed',
      outcome: { rollout: 'r2', result: 'committed' },
    });
  });

  it('can be turned elsewhere while it does not come to an end; what never was well is not kept', () => {
    const stuck = rollback(inPhase('idle')).state;
    const { state } = decide(stuck, switchTo({ confirmWithinMs: 0, release: release('0.8.0'), order: order(7) }));
    expect([state.active, state.previous]).toEqual([release('0.8.0'), OLD]);
  });

  it('goes to no release that has failed here', () => {
    const state = { ...inPhase('idle'), failed: [NEW] };
    expect(reasonOf(rollback(state, NEW))).toContain('a rollback goes only to what was good');
  });

  it('is undone by no revert', () => {
    const { state } = rollback(inPhase('idle'));
    const reverted = decide(state, { ...EVENTS.revert, order: order(7) });
    expect(reverted.state.work).toEqual(state.work);
    expect(reverted.effects).toEqual([]);
  });
});

describe('staging', () => {
  it('is resumed after the sidecar was killed', () => {
    const staging = decide(inPhase('idle'), EVENTS.stage).state;
    expect(reportOf(staging, at(1)).phase).toBe('staging');
    expect(decide(staging, { kind: 'booted', at: at(1) }).effects).toContainEqual({
      kind: 'fetch',
      release: NEW,
      sources: ['127.0.0.1:1'],
    });
  });

  it('is resumed with the hosts that may be asked as well', () => {
    const peers = [{ host: 'pc3', endpoint: '127.0.0.3:7070', hasIt: true }];
    const staging = decide(inPhase('idle'), { ...EVENTS.stage, peers });
    expect(staging.effects).toContainEqual({ kind: 'fetch', release: NEW, sources: ['127.0.0.1:1'], peers });
    expect(decide(staging.state, { kind: 'booted', at: at(1) }).effects).toContainEqual(
      expect.objectContaining({ kind: 'fetch', peers }),
    );
  });

  it('ends as staged, or failed with its reason', () => {
    const staging = decide(inPhase('idle'), EVENTS.stage).state;
    expect(reportOf(decide(staging, EVENTS.staged).state, at(1)).phase).toBe('staged');
    expect(decide(staging, EVENTS.stageFailed).state.staging).toMatchObject({
      state: 'failed',
      reason: 'the disk is full',
    });
    expect(decide(staging, { kind: 'staged', release: OLD }).state).toBe(staging);
  });

  it('is refused with the reason why this host cannot run it', () => {
    expect(reasonOf(decide(inPhase('idle'), { ...EVENTS.stage, problem: 'no such address' }))).toBe('no such address');
  });

  it('of the release that is being fetched goes on', () => {
    const staging = decide(inPhase('idle'), EVENTS.stage).state;
    expect(decide(staging, { ...EVENTS.stage, order: order(7) }).effects).toEqual([]);
    expect(sameRelease(staging.staging?.release, NEW)).toBe(true);
  });
});

describe('a strategy', () => {
  const runs = ({ effects }: Decision) => effects.flatMap((one) => (one.kind === 'run' ? [one.strategy ?? ''] : []));

  it('is kept with the change, and told with every target of it', () => {
    const switching = decide(inPhase('idle'), switchTo({ strategy: 'blue-green' }));
    expect(runs(switching)).toEqual(['blue-green']);
    const trial = decide(switching.state, EVENTS.converged);
    expect(trial.state.work).toMatchObject({ phase: 'trial', change: { strategy: 'blue-green' } });
    expect([switching, trial].flatMap(({ state }) => runs(decide(state, EVENTS.booted)))).toEqual([
      'blue-green',
      'blue-green',
    ]);
    const ends = [EVENTS.revert, { ...EVENTS.commit, order: order(7) }];
    expect(ends.flatMap((event) => runs(decide(trial.state, { ...event, order: order(7) })))).toEqual(['', '']);
  });

  it('that is none leaves no trace in what is kept', () => {
    const { state } = decide(inPhase('idle'), switchTo({ strategy: '' }));
    expect(JSON.stringify(state)).not.toContain('strategy');
    expect(decide(inPhase('idle'), switchTo({}))).toEqual(decide(inPhase('idle'), switchTo({ strategy: '' })));
  });
});
