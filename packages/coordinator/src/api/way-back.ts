/** What the way back is while a rollout is under way. Pure. */
import type { Spoken } from '@outrider/shared/domain/host-ends.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RollbackAsk } from './ports.js';

type Ask = Pick<RollbackAsk, 'to' | 'hosts' | 'agents' | 'strategy'>;
type Running = Pick<Rollout, 'id' | 'kind' | 'phase' | 'abortedBy' | 'ending'>;

/** @throws OutriderError('refused' | 'unavailable') where what was asked can't be heeded, or not now. */
export function wayBack({ id, kind, phase, abortedBy, ending }: Running, ask: Ask): Spoken {
  if (ask.to !== '' || ask.hosts.length > 0 || (ask.agents ?? []).length > 0) {
    throw new OutriderError(
      'refused',
      `${id} is under way, and the way back from it is all of it: leave out "to", "hosts" and "agents", or wait for its end.`,
    );
  }
  const isGoingBack = kind === 'rollback' || phase === 'rolling_back';
  if (kind === 'rollback' && abortedBy !== undefined) {
    throw new OutriderError('unavailable', `${id} was aborted by ${abortedBy} and ends just now. Say this again then.`);
  }
  if (ending !== undefined && !isGoingBack) {
    throw new OutriderError('unavailable', `${id} has come to its end and runs its last hooks. Say this again then.`);
  }
  const isUrgent = ask.strategy === 'emergency';
  if (isGoingBack && (!isUrgent || ending !== undefined)) return 'go_on';
  return isUrgent ? 'emergency' : 'abort';
}
