/** What the state says of itself, for everyone who asks; what runs is added by who knows it. */
import type { AppStatus, Hold, HostPhase } from '@outrider/shared/domain/host.js';
import { sameRelease } from '@outrider/shared/domain/release.js';
import { type AppState, candidateOf } from './app-state.js';
import type { HostState } from './host-state.js';
import { leftOf, type Moment } from './moment.js';

export type AppReport = Omit<AppStatus, 'converged' | 'waitingFor' | 'stuckOn' | 'agents' | 'staging'>;

export function reportOf(state: AppState, at: Moment, hold?: Hold): AppReport {
  const { active, previous, accepted, outcome, work } = state;
  const candidate = candidateOf(state);
  return {
    app: state.app,
    phase: hold !== undefined && work.phase === 'idle' ? 'held' : phaseOf(state),
    ...(hold === undefined ? {} : { hold }),
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

/** A sentence for each trial that nobody has confirmed, and that goes on by the environment's policy. */
export const overdueTrials = ({ apps }: HostState): readonly string[] =>
  Object.values(apps).flatMap(({ app, work }) =>
    work.phase === 'trial' && work.overdueSince !== undefined
      ? [
          `${app} ${work.candidate.version} is on trial in rollout ${work.change.rollout}, and nobody has confirmed it: ` +
            `its lease was over at ${work.overdueSince}. By the policy of this environment it goes on until a ` +
            'coordinator decides; `sidecar revert` takes it back.',
        ]
      : [],
  );
