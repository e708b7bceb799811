/** What the host does about what has happened on it: fetched, converged, failed, time over, started again. */
import { sameRelease } from '@outrider/shared/domain/release.js';
import { type AppState, type StateOf, strategyOf, type Work } from './app-state.js';
import { goBack, runActive } from './going-back.js';
import { become, type Decision, type EventOf, type HostEffect, type RunEffect, stay } from './host-event.js';
import { deadlineAfter, inSeconds, leftOf, type Moment } from './moment.js';

export function staged(state: AppState, { release }: EventOf<'staged'>): Decision {
  const { staging } = state;
  if (staging?.state !== 'running' || !sameRelease(staging.release, release)) return stay(state);
  return become(
    { ...state, staging: { ...staging, state: 'done' } },
    { kind: 'tell', type: 'rollout.host.staged', rollout: staging.rollout, version: release.version },
  );
}

export function stageFailed(state: AppState, { release, reason }: EventOf<'stageFailed'>): Decision {
  const { staging } = state;
  if (staging?.state !== 'running' || !sameRelease(staging.release, release)) return stay(state);
  return become(
    { ...state, staging: { ...staging, state: 'failed', reason } },
    { kind: 'tell', type: 'rollout.host.failed', rollout: staging.rollout, version: release.version, reason },
  );
}

/** The lease begins here: the time the switch took is not the trial's. */
export function convergedSwitch(state: StateOf<'switching'>, { release, at }: EventOf<'converged'>): Decision {
  const { candidate, change, confirmWithinMs, onLeaseEnd } = state.work;
  if (!sameRelease(candidate, release)) return stay(state);
  const lease = deadlineAfter(at, confirmWithinMs);
  const policy = onLeaseEnd === undefined ? {} : { onLeaseEnd };
  return become(
    { ...state, work: { phase: 'trial', candidate, change, confirmWithinMs, lease, ...policy } },
    { kind: 'run', release: candidate, mode: 'trial', ...strategyOf(change), verify: false },
    { kind: 'tell', type: 'rollout.host.trial', rollout: change.rollout, version: candidate.version },
  );
}

export function convergedBack(state: StateOf<'reverting'>, { release }: EventOf<'converged'>): Decision {
  if (!sameRelease(state.active, release)) return stay(state);
  const { change, towards } = state.work;
  const version = state.active === undefined ? {} : { version: state.active.version };
  const idle: Work = { phase: 'idle' };
  if (towards === 'revert') {
    const reason = state.outcome === undefined ? {} : { reason: state.outcome.reason };
    return become(
      { ...state, work: idle },
      { kind: 'tell', type: 'rollout.host.reverted', rollout: change.rollout, ...version, ...reason },
    );
  }
  return become(
    { ...state, outcome: { rollout: change.rollout, result: 'committed', reason: '' }, work: idle },
    { kind: 'tell', type: 'rollout.host.committed', rollout: change.rollout, ...version },
  );
}

export function failedUnderWay(state: StateOf<'switching' | 'trial'>, event: EventOf<'failed'>): Decision {
  if (!sameRelease(state.work.candidate, event.release)) return stay(state);
  const culprit = event.culprit === undefined ? {} : { culprit: event.culprit };
  return goBack(state, { reason: event.reason, ...culprit, failed: event.blameless !== true });
}

export function tickSwitch(state: StateOf<'switching'>, event: EventOf<'tick'>): Decision {
  const { work } = state;
  if (work.deadline.bootId === event.at.bootId && event.proving === true) {
    return stay({ ...state, work: { ...work, deadline: deadlineAfter(event.at, work.limitMs) } });
  }
  if (leftOf(work.deadline, event.at) > 0) return stay(state);
  if (work.deadline.bootId !== event.at.bootId) return rebooted(state);
  const waiting = event.waitingFor === undefined || event.waitingFor === '' ? '' : `; waiting for ${event.waitingFor}`;
  const culprit = event.culprit === undefined ? {} : { culprit: event.culprit };
  const reason = `the agents were not ready within ${inSeconds(work.limitMs)}${waiting}`;
  return goBack(state, { reason, ...culprit, failed: event.blameless !== true });
}

export function tickTrial(state: StateOf<'trial'>, { at }: EventOf<'tick'>): Decision {
  const { work } = state;
  if (leftOf(work.lease, at) > 0) return stay(state);
  if (work.lease.bootId !== at.bootId) return rebooted(state);
  const reason = `the trial was not confirmed within ${inSeconds(work.confirmWithinMs)}`;
  return work.onLeaseEnd === 'hold' ? stayOnTrial(state, reason, at.wall) : goBack(state, { reason, failed: false });
}

/** The environment's policy: the candidate is kept until a leader or a person decides. Told once. */
function stayOnTrial(state: StateOf<'trial'>, reason: string, since: string): Decision {
  const { work } = state;
  if (work.overdueSince !== undefined) return stay(state);
  return become(
    { ...state, work: { ...work, overdueSince: since } },
    {
      kind: 'tell',
      type: 'rollout.host.trial',
      rollout: work.change.rollout,
      version: work.candidate.version,
      reason: `${reason}; by policy it goes on until it is decided on`,
    },
  );
}

const rebooted = (state: StateOf<'switching' | 'trial'>): Decision =>
  goBack(state, {
    reason: `the host restarted during the ${state.work.phase === 'trial' ? 'trial' : 'switch'}`,
    failed: false,
  });

export const bootedIdle = (state: StateOf<'idle'>): Decision => again(state, { ...runActive(state), verify: false });

export const bootedReverting = (state: StateOf<'reverting'>): Decision =>
  again(state, { ...runActive(state), ...(state.work.urgent === undefined ? {} : { urgent: true }) });

/** Killed in the middle: either it goes on where it was, or its time is over and it goes back. */
export function bootedUnderWay(state: StateOf<'switching' | 'trial'>, { at }: EventOf<'booted'>): Decision {
  const { candidate, phase, change } = state.work;
  const now = timely(state, at);
  if (now.state.work.phase !== phase) return { ...now, effects: [...now.effects, ...fetchAgain(state)] };
  const run = again(now.state, {
    kind: 'run',
    release: candidate,
    mode: phase === 'trial' ? 'trial' : 'switch',
    ...strategyOf(change),
    verify: phase === 'switching',
    ...(phase === 'trial' || state.active === undefined ? {} : { fallback: state.active }),
  });
  return { ...run, effects: [...now.effects, ...run.effects] };
}

function timely(state: StateOf<'switching' | 'trial'>, at: Moment): Decision {
  const tick: EventOf<'tick'> = { kind: 'tick', blameless: true, at };
  return state.work.phase === 'trial'
    ? tickTrial({ ...state, work: state.work }, tick)
    : tickSwitch({ ...state, work: state.work }, tick);
}

const again = (state: AppState, run: RunEffect): Decision => become(state, run, ...fetchAgain(state));

function fetchAgain({ staging }: AppState): readonly HostEffect[] {
  if (staging?.state !== 'running') return [];
  const { release, sources, peers } = staging;
  return [{ kind: 'fetch', release, sources, ...(peers === undefined ? {} : { peers }) }];
}
