/** A release that was tried and taken back: whoever plans it again should know. */
import type { Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { asSentence } from '@outrider/shared/domain/sentence.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';
import type { Target } from './plan-host.js';

/**
 * A sentence where the last rollout to this very release has failed; one that was aborted says nothing of it.
 * `history`: newest first, of several apps those of each as if it had been alone.
 */
export function failedBefore(
  plan: Pick<Plan, 'app' | 'version'>,
  targets: readonly Target[],
  history: readonly Rollout[],
): readonly string[] {
  const apps = appsIn(plan.app);
  return apps.flatMap((app) => {
    const digest = targets.find((target) => (target.app ?? app) === app)?.to.digest;
    const last = history.find((one) => one.app === app && one.kind === 'rollout' && one.digest === digest);
    if (last === undefined || last.version !== plan.version) return [];
    if (last.abortedBy !== undefined || (last.phase !== 'rolled_back' && last.phase !== 'stuck')) return [];
    const whose = apps.length > 1 ? ` of ${app}` : '';
    const when = new Date(last.endedAt ?? last.startedAt).toISOString();
    const why = last.reason === undefined ? '' : `: ${last.reason}`;
    return [`${plan.version}${whose} has failed before, in ${last.id} (${when})${why}`].map(asSentence);
  });
}
