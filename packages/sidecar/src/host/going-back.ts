/** How a switch or trial turns back: the one way, whoever or whatever asks for it. */
import type { Culprit } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import type { AppState, StateOf } from './app-state.js';
import { become, type Decision, type HostEffect, type RunEffect, type TellEffect } from './host-event.js';

const FAILED_KEPT = 16;

export interface Cause {
  readonly reason: string;
  readonly culprit?: Culprit;
  /** True: the release itself is to blame. */
  readonly failed: boolean;
  /** No grace for what runs. */
  readonly urgent?: true;
}

/** The active release is durable already, so nothing but the phase changes before the first agent is touched. */
export function goBack(state: StateOf<'switching' | 'trial'>, cause: Cause): Decision {
  const { candidate, change } = state.work;
  const culprit = cause.culprit === undefined ? {} : { culprit: cause.culprit };
  const urgent = cause.urgent === undefined ? {} : { urgent: cause.urgent };
  const tell = (type: TellEffect['type']): TellEffect => ({
    kind: 'tell',
    type,
    rollout: change.rollout,
    version: candidate.version,
    reason: cause.reason,
    ...culprit,
  });
  const failed: readonly HostEffect[] = cause.failed ? [tell('rollout.host.failed')] : [];
  return become(
    {
      ...(cause.failed ? withFailed(state, candidate) : state),
      outcome: { rollout: change.rollout, result: 'reverted', reason: cause.reason, ...culprit },
      work: { phase: 'reverting', change, towards: 'revert', proven: true, ...urgent },
    },
    { ...runActive(state), ...urgent },
    ...failed,
    tell('rollout.host.reverting'),
  );
}

/** What ran is compared with its manifest before we rely on it again. */
export const runActive = ({ active }: AppState): RunEffect => ({
  kind: 'run',
  mode: 'steady',
  verify: active !== undefined,
  ...(active === undefined ? {} : { release: active }),
});

/** What failed is nothing to go back to. A switch to what is active already blames nobody: that release was good. */
function withFailed(state: AppState, release: ReleaseRef): AppState {
  const { active, previous, ...kept } = state;
  if (sameRelease(active, release)) return state;
  const others = state.failed.filter((other) => !sameRelease(other, release));
  return {
    ...kept,
    ...(active === undefined ? {} : { active }),
    ...(previous === undefined || sameRelease(previous, release) ? {} : { previous }),
    failed: [release, ...others].slice(0, FAILED_KEPT),
  };
}
