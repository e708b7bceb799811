/**
 * Where each host of a rollout under way ends once a person has spoken: taken back, hastened, or left as it is. The same for
 * whoever shows it before and for whoever does it. Pure.
 */
import { placeOf } from './rollout-place.js';
import type { Rollout, RolloutHost } from './rollout.js';

/**
 * `abort`: a rollout is taken back, of a rollback no further host is told. `go_on`: what goes back goes on as it does.
 * `emergency`: either is back on every host, at once.
 */
export type Spoken = 'abort' | 'go_on' | 'emergency';

export interface HostEnd {
  readonly host: string;
  readonly app: string;
  /** The version that it runs, or is about to; absent: nothing of the app. */
  readonly from?: string;
  /** The version that it ends with; absent: nothing of the app. */
  readonly to?: string;
  /** It changes from here on; false: it stays, or is there already. */
  readonly moves: boolean;
}

type Seen = Pick<Rollout, 'app' | 'kind'> & { readonly hosts: readonly RolloutHost[] };

/** In the order of the rollout. */
export const hostEnds = (rollout: Seen, spoken: Spoken): readonly HostEnd[] =>
  rollout.hosts.map((entry) => {
    const place = placeOf(rollout, entry);
    return { ...place, ...(rollout.kind === 'rollback' ? endInRollback(entry, spoken) : endTakenBack(entry, spoken)) };
  });

type End = Omit<HostEnd, 'host' | 'app'>;

/** It goes to what the rollback goes to, which is what it came from before. */
function endInRollback({ from, to, touched, state }: RolloutHost, spoken: Spoken): End {
  if (state === 'committed') return { from: to.version, to: to.version, moves: false };
  const isLeft = spoken === 'abort' && !touched;
  return { ...versions(from?.version, isLeft ? from?.version : to.version), moves: !isLeft };
}

function endTakenBack({ from, to, touched, state, stays }: RolloutHost, spoken: Spoken): End {
  if (!touched || state === 'reverted') return { ...versions(from?.version, from?.version), moves: false };
  if (stays === true && spoken !== 'emergency') return { from: to.version, to: to.version, moves: false };
  return { ...versions(to.version, from?.version), moves: true };
}

const versions = (from: string | undefined, to: string | undefined): Omit<End, 'moves'> => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
