/** What a plan says of a release that has failed before. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { asSentence } from '@outrider/shared/domain/sentence.js';

export interface ReleaseAsked {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
}

/** A sentence for each whose last rollout did not succeed. `history`: of these apps, each alone, newest first. */
export function failedBefore(asked: readonly ReleaseAsked[], history: readonly Rollout[]): readonly string[] {
  return asked.flatMap(({ app, version, digest }) => {
    const last = history.find(
      (one) => one.app === app && one.kind === 'rollout' && one.digest === digest && one.endedAt !== undefined,
    );
    if (last === undefined || (last.phase !== 'rolled_back' && last.phase !== 'stuck')) return [];
    const since = new Date(last.endedAt ?? last.startedAt).toISOString();
    const end = last.phase === 'stuck' ? 'stuck' : 'taken back';
    const why = last.reason === undefined ? '' : `: ${last.reason}`;
    return [asSentence(`${app} ${version} has failed before: ${last.id} ended ${end} at ${since}${why}`)];
  });
}
