/** What an emergency makes of one app: back to the last good release, now, and what runs instead is killed. */
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import type { AppState, StateOf } from './app-state.js';
import { goBack, runActive } from './going-back.js';
import { become, type Decision, stay } from './host-event.js';
import { membersOf } from './scaling.js';

export interface Emergency {
  readonly by: string;
  /** A sentence: who and why. */
  readonly sentence: string;
  /** RFC 3339. */
  readonly since: string;
  /** Whether a release can be run from this disk. */
  readonly isStaged: (app: string, release: ReleaseRef) => boolean;
  /** Orders on instances that come into force with it; absent: none. */
  readonly ordersAfter?: (state: AppState, release: ReleaseRef) => ScaledAgents;
}

/** Stands where the id of a rollout would, since none has brought the host there. */
const NO_ROLLOUT = 'emergency';

/** Under way: back from there. At rest: to the release before, where there is a good one. On the way back: quicker. */
export function goBackNow(state: AppState, ask: Emergency): Decision {
  const { work } = state;
  switch (work.phase) {
    case 'switching':
    case 'trial':
      return goBack({ ...state, work }, { reason: ask.sentence, failed: false, urgent: true });
    case 'reverting':
      return become({ ...state, work: { ...work, urgent: true } }, { ...runActive(state), urgent: true });
    case 'idle':
      return toPrevious({ ...state, work }, ask);
  }
}

/** What is left by an emergency is nothing to come back to, so there is no release before the one gone to. */
function toPrevious(state: StateOf<'idle'>, { by, sentence, since, isStaged, ordersAfter }: Emergency): Decision {
  const { outcome: _outcome, staging: _staging, scaled: _scaled, scaledBefore: _before, previous, ...kept } = state;
  if (previous === undefined || isBackAlready(state) || !isGood(state, previous)) return stay(state);
  if (!isStaged(state.app, previous)) return stay(state);
  const change = { rollout: NO_ROLLOUT, by, since, record: '' };
  return become(
    {
      ...kept,
      ...membersOf(ordersAfter?.(state, previous)),
      active: previous,
      work: { phase: 'reverting', change, towards: 'rollback', proven: false, urgent: true },
    },
    { kind: 'run', release: previous, mode: 'steady', verify: true, urgent: true },
    {
      kind: 'tell',
      type: 'rollout.host.switching',
      rollout: NO_ROLLOUT,
      by,
      version: previous.version,
      reason: sentence,
    },
  );
}

/**
 * What runs is the last good release: a rollout went back from here, or has brought its release and not switched to it
 * yet. A step further back would part this host from the others.
 */
const isBackAlready = ({ active, outcome, staging }: AppState): boolean =>
  outcome?.result === 'reverted' || (staging !== undefined && !sameRelease(staging.release, active));

const isGood = ({ failed, left }: AppState, release: ReleaseRef): boolean =>
  !sameRelease(left, release) && !failed.some((other) => sameRelease(other, release));
