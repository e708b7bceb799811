/** The order of commands: what a host may still obey, and what it has obeyed already. */
import { compareFences, type Fence } from '@outrider/shared/domain/host.js';
import type { Accepted } from './app-state.js';
import type { EventOf, Order } from './host-event.js';

/** The highest epoch this host has heard of, bound to one holder for ever. Epoch 0: none yet. */
export interface EpochBinding {
  readonly epoch: number;
  readonly holder: string;
  /** RFC 3339; '' for epoch 0. */
  readonly since: string;
}

export const NO_EPOCH: EpochBinding = { epoch: 0, holder: '', since: '' };

export type Admission =
  { readonly admitted: true; readonly binding: EpochBinding } | { readonly admitted: false; readonly reason: string };

/** Whether somebody who says to hold `epoch` is heard. The same binding object where nothing changes. */
export function admit(binding: EpochBinding, epoch: number, holder: string, wall: string): Admission {
  if (epoch > binding.epoch) return { admitted: true, binding: { epoch, holder, since: wall } };
  if (epoch === binding.epoch && holder === binding.holder) return { admitted: true, binding };
  const since = binding.since === '' ? '' : ` since ${binding.since}`;
  const holds = binding.epoch === 0 ? 'no epoch yet' : `epoch ${binding.epoch} of ${binding.holder}${since}`;
  return { admitted: false, reason: `This host obeys ${holds}; ${holder} speaks with epoch ${epoch}.` };
}

/**
 * `repeated`: the same command again, maybe by a new leader that took the rollout over and cannot know whether
 * it arrived; it is answered and not acted on twice. A new leader whose memory was set back may give the same step
 * another meaning: that is a new command.
 */
export function judge(accepted: Accepted | undefined, command: Ordered): 'new' | 'repeated' | 'late' {
  const { order } = command;
  if (accepted === undefined) return 'new';
  if (compareFences(order.fence, accepted.fence) < 0) return 'late';
  const same = order.fence.rollout === accepted.fence.rollout && order.fence.step === accepted.fence.step;
  if (!same) return 'new';
  const ofSameLeader = order.fence.epoch === accepted.fence.epoch;
  return ofSameLeader || accepted.what === undefined || accepted.what === whatOf(command) ? 'repeated' : 'new';
}

type Ordered = EventOf<'stage' | 'switch' | 'commit' | 'revert'>;

/** How long a trial lasts and why one goes back make no other command of it. */
function whatOf(command: Ordered): string {
  if (command.kind === 'commit' || command.kind === 'revert') return command.kind;
  const { digest, specDigest } = command.release;
  const kind = command.kind === 'switch' && command.confirmWithinMs === 0 ? 'rollback' : command.kind;
  return `${kind} ${digest} ${specDigest}`;
}

export const accept = (command: Ordered): Accepted => acceptedBy(command.order, command.at.wall, whatOf(command));

const acceptedBy = (order: Order, since: string, what: string): Accepted => ({
  fence: order.fence,
  holder: order.holder,
  rollout: order.rollout,
  by: order.by,
  since,
  what,
});

export const lateReason = (app: string, accepted: Accepted, order: Order): string =>
  `${app}: this command came too late (${spell(order.fence)}): ${accepted.holder} has gone on to ` +
  `${spell(accepted.fence)} of ${accepted.rollout} since ${accepted.since}.`;

const spell = (fence: Fence): string => `epoch ${fence.epoch}, rollout ${fence.rollout}, step ${fence.step}`;
