/** What the state says of itself, for everyone who asks; what runs is added by who knows it. */
import type { AppStatus, HostPhase } from '@outrider/shared/domain/host.js';
import { sameRelease } from '@outrider/shared/domain/release.js';
import { type AppState, candidateOf } from './app-state.js';
import { leftOf, type Moment } from './moment.js';

export type AppReport = Omit<AppStatus, 'converged' | 'waitingFor' | 'stuckOn' | 'agents' | 'staging'>;

export function reportOf(state: AppState, at: Moment): AppReport {
  const { active, previous, accepted, outcome, work } = state;
  const candidate = candidateOf(state);
  return {
    app: state.app,
    phase: phaseOf(state),
    ...(active === undefined ? {} : { active }),
    ...(previous === undefined ? {} : { previous }),
    ...(candidate === undefined ? {} : { candidate }),
    ...(accepted === undefined ? {} : { fence: accepted.fence, rollout: accepted.rollout }),
    ...(work.phase === 'switching' || work.phase === 'trial' ? { rolloutRecord: work.change.record } : {}),
    ...(outcome === undefined ? {} : { outcome }),
    ...(work.phase === 'trial' ? { leaseRemainingMs: leftOf(work.lease, at) } : {}),
  };
}

function phaseOf({ work, staging, outcome, active }: AppState): HostPhase {
  if (work.phase !== 'idle') return work.phase;
  if (staging?.state === 'running') return 'staging';
  if (staging?.state === 'done' && !sameRelease(staging.release, active)) return 'staged';
  return outcome?.result === 'committed' ? 'committed' : 'idle';
}
