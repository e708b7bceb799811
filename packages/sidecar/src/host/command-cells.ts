/** What each command does in each phase, once its fence and the deadlines have been looked at. */
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { asSentence } from '@outrider/shared/domain/sentence.js';
import { type AppState, type Change, type StateOf, strategyOf } from './app-state.js';
import { goBack, runActive } from './going-back.js';
import { become, type Decision, type EventOf, refuse, stay } from './host-event.js';
import { deadlineAfter } from './moment.js';
import { beforeOf, membersOf } from './scaling.js';

/** Touches nothing that runs, so it may be asked for in every phase. */
export function stage(state: AppState, { release, sources, peers, order, problem }: EventOf<'stage'>): Decision {
  if (problem !== undefined) return refuse(state, problem);
  const running = state.staging?.state === 'running' && sameRelease(state.staging.release, release);
  const from = peers === undefined ? { sources } : { sources, peers };
  const staging = { release, ...from, rollout: order.rollout, state: 'running', reason: '' } as const;
  if (running) return stay({ ...state, staging });
  return become(
    { ...state, staging },
    { kind: 'fetch', release, ...from },
    { kind: 'tell', type: 'rollout.host.staging', rollout: order.rollout, by: order.by, version: release.version },
  );
}

export function switchFromIdle(state: StateOf<'idle'>, event: EventOf<'switch'>): Decision {
  const { release, confirmWithinMs, limitMs, at } = event;
  const problem = unfit(state, event);
  if (problem !== undefined) return refuse(state, problem);
  if (confirmWithinMs === 0) return switchAtOnce(state, event, state.active);
  const { outcome: _outcome, staging: _staging, ...kept } = state;
  return become(
    {
      ...kept,
      work: {
        phase: 'switching',
        candidate: release,
        change: changeOf(event),
        limitMs,
        deadline: deadlineAfter(at, limitMs),
        confirmWithinMs,
        ...(event.onLeaseEnd === undefined ? {} : { onLeaseEnd: event.onLeaseEnd }),
      },
    },
    {
      kind: 'run',
      release,
      mode: 'switch',
      ...strategyOf(changeOf(event)),
      verify: true,
      ...(state.active === undefined ? {} : { fallback: state.active }),
    },
    tellSwitching(event),
  );
}

/** Only a rollback may change where a host is going back to: that must work when the old release is broken too. */
export function switchFromReverting(state: StateOf<'reverting'>, event: EventOf<'switch'>): Decision {
  const { work, app } = state;
  if (event.confirmWithinMs > 0) {
    return refuse(
      state,
      `${app} is still going back from rollout ${work.change.rollout} (since ${work.change.since}, by ${work.change.by}); ` +
        'wait until it has, or roll back to another release.',
    );
  }
  const problem = unfit(state, event);
  if (problem !== undefined) return refuse(state, problem);
  return switchAtOnce(state, event, work.proven ? state.active : state.previous);
}

/** The release becomes active, durably, before the first agent is touched. */
function switchAtOnce(
  state: StateOf<'idle' | 'reverting'>,
  event: EventOf<'switch'>,
  good: ReleaseRef | undefined,
): Decision {
  const { release } = event;
  const { outcome: _outcome, staging: _staging, previous: before, scaled, scaledBefore, ...kept } = state;
  const previous = sameRelease(good, release) ? before : good;
  const keep = previous === undefined || sameRelease(previous, release) ? {} : { previous };
  return become(
    {
      ...kept,
      ...keep,
      ...membersOf(event.scaled),
      ...beforeOf(previous === before ? scaledBefore : scaled),
      active: release,
      ...(previous === undefined || previous === before ? {} : { left: previous }),
      work: {
        phase: 'reverting',
        change: changeOf(event),
        towards: 'rollback',
        proven: sameRelease(state.active, release) && (state.work.phase === 'idle' || state.work.proven),
        ...urgencyOf(event),
      },
    },
    { kind: 'run', release, mode: 'steady', verify: true, ...urgencyOf(event) },
    tellSwitching(event),
  );
}

export function switchUnderWay(state: StateOf<'switching' | 'trial'>, event: EventOf<'switch'>): Decision {
  const { candidate, change, phase } = state.work;
  if (event.confirmWithinMs > 0 && event.order.rollout === change.rollout && sameRelease(candidate, event.release)) {
    return stay(state);
  }
  const doing = phase === 'trial' ? 'on trial' : 'being switched to';
  return refuse(
    state,
    `${state.app}: ${candidate.version} is ${doing} in rollout ${change.rollout} ` +
      `(since ${change.since}, by ${change.by}); commit or revert that first.`,
  );
}

function unfit(state: AppState, { release, staged, confirmWithinMs }: EventOf<'switch'>): string | undefined {
  if (!staged) return `${state.app} ${release.version} is not staged on this host; stage it first.`;
  if (confirmWithinMs === 0 && state.failed.some((failed) => sameRelease(failed, release))) {
    return (
      `${state.app} ${release.version} has failed on this host, and a rollback goes only to what was good. ` +
      'Roll it out, so that it has a trial.'
    );
  }
  return undefined;
}

export function renewTrial(state: StateOf<'trial'>, event: EventOf<'renew'>): Decision {
  if (event.rollout !== state.work.change.rollout) return refuse(state, otherRollout(state, event.rollout));
  const { confirmWithinMs, at } = event;
  const { overdueSince: _overdueSince, ...work } = state.work;
  return stay({ ...state, work: { ...work, confirmWithinMs, lease: deadlineAfter(at, confirmWithinMs) } });
}

/** Its own deadline guards a switch; only the length of the lease to come is taken over. */
export function renewSwitch(state: StateOf<'switching'>, event: EventOf<'renew'>): Decision {
  if (event.rollout !== state.work.change.rollout) return refuse(state, otherRollout(state, event.rollout));
  if (event.confirmWithinMs === state.work.confirmWithinMs) return stay(state);
  return stay({ ...state, work: { ...state.work, confirmWithinMs: event.confirmWithinMs } });
}

export const renewNothing = (state: AppState, event: EventOf<'renew'>): Decision =>
  refuse(state, nothingOnTrial(state, event.rollout));

export function commitTrial(state: StateOf<'trial'>, { order }: EventOf<'commit'>): Decision {
  const { candidate, change } = state.work;
  if (order.rollout !== change.rollout) return refuse(state, otherRollout(state, order.rollout));
  const { previous: before, left, scaled, scaledBefore, ...kept } = state;
  const previous = sameRelease(state.active, candidate) ? before : state.active;
  return become(
    {
      ...kept,
      ...(previous === undefined ? {} : { previous }),
      ...(left === undefined || sameRelease(left, candidate) ? {} : { left }),
      ...membersOf(change.scaled),
      ...beforeOf(previous === before ? scaledBefore : scaled),
      active: candidate,
      failed: state.failed.filter((failed) => !sameRelease(failed, candidate)),
      outcome: { rollout: change.rollout, result: 'committed', reason: '' },
      work: { phase: 'idle' },
    },
    { kind: 'run', release: candidate, mode: 'steady', verify: false },
    {
      kind: 'tell',
      type: 'rollout.host.committed',
      rollout: change.rollout,
      by: order.by,
      version: candidate.version,
    },
  );
}

export function commitSwitch(state: StateOf<'switching'>, { order }: EventOf<'commit'>): Decision {
  if (order.rollout !== state.work.change.rollout) return refuse(state, otherRollout(state, order.rollout));
  return refuse(state, `${state.app} ${state.work.candidate.version} is still being switched to; it had no trial yet.`);
}

/** Committed is committed, however often it is said. */
export function commitNothing(state: AppState, { order }: EventOf<'commit'>): Decision {
  const { outcome } = state;
  if (outcome?.rollout === order.rollout && outcome.result === 'committed') return stay(state);
  return refuse(state, nothingOnTrial(state, order.rollout));
}

export function revertUnderWay(state: StateOf<'switching' | 'trial'>, event: EventOf<'revert'>): Decision {
  const { reason, order } = event;
  return goBack(state, {
    reason: reason === '' ? `reverted by ${order.by}` : reason,
    failed: false,
    ...urgencyOf(event),
  });
}

/** It is on the way already; in an emergency nobody is given grace any more. */
export function revertAgain(state: StateOf<'reverting'>, { order, urgent }: EventOf<'revert'>): Decision {
  const { work } = state;
  if (urgent === undefined || work.urgent !== undefined || work.change.rollout !== order.rollout) return stay(state);
  return become({ ...state, work: { ...work, urgent } }, { ...runActive(state), urgent });
}

const urgencyOf = ({ urgent }: EventOf<'switch' | 'revert'>): { readonly urgent?: true } =>
  urgent === undefined ? {} : { urgent };

function nothingOnTrial(state: AppState, rollout: string): string {
  const { outcome, app } = state;
  if (outcome?.rollout === rollout && outcome.result === 'reverted') {
    return asSentence(`${app}: rollout ${rollout} went back on this host: ${outcome.reason}`);
  }
  return `${app}: nothing of rollout ${rollout} is on trial on this host.`;
}

function otherRollout(state: StateOf<'switching' | 'trial'>, rollout: string): string {
  const { change, candidate } = state.work;
  return (
    `${state.app}: nothing of rollout ${rollout} is on trial on this host; ` +
    `${candidate.version} of rollout ${change.rollout} is, since ${change.since}.`
  );
}

const changeOf = ({ order, record, strategy = '', scaled, at }: EventOf<'switch'>): Change => ({
  ...membersOf(scaled),
  ...(strategy === '' ? {} : { strategy }),
  rollout: order.rollout,
  by: order.by,
  since: at.wall,
  record,
});

const tellSwitching = ({ order, release }: EventOf<'switch'>) =>
  ({
    kind: 'tell',
    type: 'rollout.host.switching',
    rollout: order.rollout,
    by: order.by,
    version: release.version,
  }) as const;
