/** What the way back is while a rollout is under way. Pure. */
import type { Spoken } from '@outrider/shared/domain/host-ends.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RollbackAsk } from './ports.js';

type Ask = Pick<RollbackAsk, 'to' | 'hosts' | 'agents' | 'strategy'>;
type Running = Pick<Rollout, 'id' | 'kind' | 'phase' | 'abortedBy' | 'ending'>;

export const isGoingBack = ({ kind, phase }: Pick<Rollout, 'kind' | 'phase'>): boolean =>
  kind === 'rollback' || phase === 'rolling_back';

/** @throws OutriderError('refused' | 'unavailable') where what was asked can't be heeded, or not now. */
export function wayBack(running: Running, ask: Ask): Spoken {
  const { id, kind, abortedBy, ending } = running;
  const isBack = isGoingBack(running);
  if (ask.to !== '' || ask.hosts.length > 0 || (ask.agents ?? []).length > 0) {
    throw new OutriderError(
      'refused',
      `${id} is under way, and the way back from it is all of it: leave out "to", "hosts" and "agents", or wait for its end.`,
    );
  }
  if (kind === 'rollback' && abortedBy !== undefined) {
    throw new OutriderError('unavailable', `${id} was aborted by ${abortedBy} and ends just now. Say this again then.`);
  }
  if (ending !== undefined && !isBack) {
    throw new OutriderError('unavailable', `${id} has come to its end and runs its last hooks. Say this again then.`);
  }
  const isUrgent = ask.strategy === 'emergency';
  if (isBack && (!isUrgent || ending !== undefined)) return 'go_on';
  return isUrgent ? 'emergency' : 'abort';
}
