/** How a rollout turns to failure, and what that means for the hosts that did not fail. */
import type { Culprit } from '@outrider/shared/domain/host.js';
import type { RolloutHost, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { hostOf } from '@outrider/shared/domain/rollout-place.js';
import type { Draft } from './draft.js';
import { hold } from './holding.js';
import { NOT_WAITING } from './not-waiting.js';
import { takeBackNext } from './take-back.js';

export interface Failure {
  readonly reason: string;
  readonly host?: string;
  readonly culprit?: Culprit | undefined;
  readonly abortedBy?: string;
  /** Nobody knows any more how far it had come: all goes back, whatever was asked for. */
  readonly everything?: true;
  /** Where `host` stands if nothing is done about it; absent: as it was. */
  readonly heldAs?: RolloutHostState;
}

/** The first failure names the rollout's. An abort always takes back everything. */
export function fail(draft: Draft, failure: Failure): void {
  noteOnHost(draft, failure);
  const { onFailure } = draft.rollout.options;
  if (failure.abortedBy === undefined && failure.everything !== true) {
    if (onFailure === 'hold') {
      hold(draft, failure);
      return;
    }
    if (onFailure === 'rollback-host') keepEarlierWaves(draft, failure);
  }
  turnBack(draft, failure);
}

function noteOnHost(draft: Draft, { host, culprit, reason }: Failure): void {
  if (host === undefined) return;
  draft.setHost(host, { reason, ...(culprit === undefined ? {} : { culprit }) });
  draft.tell({
    type: 'rollout.host.failed',
    host,
    reason,
    ...(culprit === undefined ? {} : { data: { culprit } }),
  });
}

/** From here everything touched goes back, but for the hosts that stay. */
function turnBack(draft: Draft, { reason, culprit, abortedBy }: Failure): void {
  const { holding } = draft.rollout;
  // Whoever has aborted what was on hold is the reason, and not only what it was on hold for.
  const ofHeld =
    holding === undefined || abortedBy === undefined ? {} : { reason: `${reason}; it was on hold, since ${holding}` };
  draft.set({
    phase: 'rolling_back',
    paused: false,
    ...NOT_WAITING,
    ...(draft.rollout.reason === undefined ? { reason } : ofHeld),
    ...(culprit === undefined || draft.rollout.culprit !== undefined ? {} : { culprit }),
    ...(abortedBy === undefined ? {} : { abortedBy }),
  });
  // A hold left these to themselves; now they are told, so that their answer is waited for.
  for (const { host, state } of draft.rollout.hosts) if (state === 'reverting') draft.setHost(host, { state: 'trial' });
  const data = { strategy: draft.rollout.urgent === true ? 'emergency' : 'immediate' };
  draft.tell({ type: 'rollout.rolling_back', reason, data, ...(abortedBy === undefined ? {} : { by: abortedBy }) });
  takeBackNext(draft);
}

/**
 * With `rollback-host` those who have baked stay: they are told to commit at once. In the committing phase that is
 * everybody but the host that went back by itself, with all its apps.
 */
function keepEarlierWaves(draft: Draft, { host }: Failure): void {
  const { hosts, phase } = draft.rollout;
  const onTrial = hosts.filter(({ state }) => state === 'switching' || state === 'trial' || state === 'committing');
  const failed = hosts.find((other) => other.host === host);
  const failing = failed?.wave ?? Math.max(0, ...onTrial.map(({ wave }) => wave));
  const isFailed = (other: RolloutHost): boolean => failed !== undefined && hostOf(other) === hostOf(failed);
  const hasBaked = (other: RolloutHost): boolean =>
    phase === 'committing' ? !isFailed(other) && host !== undefined : other.wave < failing;
  for (const other of hosts)
    if (other.state === 'committed' && !isFailed(other)) draft.setHost(other.host, { stays: true });
  for (const other of onTrial.filter(hasBaked)) {
    if (other.state !== 'committing') draft.command(other.host, 'commit', other.to, 0);
    draft.setHost(other.host, { state: 'committing', well: undefined, stays: true });
  }
}
