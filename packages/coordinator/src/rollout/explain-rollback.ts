/** The state of a rollback as a part of a sentence for people. */
import { hostNames } from '@outrider/shared/domain/rollout-place.js';
import type { Rollout, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { LOST_STATES } from './lost.js';

/** While it goes from host to host. */
export function rollbackSwitching(rollout: Rollout): string {
  const [now, fetching, back, left, lost] = [
    named(rollout, ['switching']),
    named(rollout, ['staging']),
    named(rollout, ['committed']),
    named(rollout, ['staged']),
    named(rollout, LOST_STATES),
  ];
  const aborted = rollout.abortedBy === undefined ? '' : `; aborted by ${rollout.abortedBy}, so that no other follows`;
  if (now !== '') return `is switching ${now}${aborted}`;
  if (fetching !== '') return `is fetching the release on ${fetching}`;
  const done = back === '' ? 'has no host back yet' : `has ${back} back`;
  if (left !== '') return `${done}, and ${left} to go`;
  return lost === '' ? done : `${done}, and waits for ${lost}: ${reasons(rollout)}`;
}

export function rollbackAborted(rollout: Rollout): string {
  const by = rollout.abortedBy ?? 'somebody';
  const lost = named(rollout, LOST_STATES);
  return `was aborted by ${by} and stands where it was${lost === '' ? '' : `, while ${lost} did not get there: ${reasons(rollout)}`}`;
}

/** Nothing is taken back by ending it: who has arrived is where it should be. */
export const rollbackOnHold = (id: string, since: string): string =>
  `; on hold, since ${since}. Go on without that host with "coordinator rollout resume ${id}", or end it as it stands with "coordinator rollout abort ${id}"`;

const reasons = ({ hosts }: Rollout): string =>
  hosts
    .filter(({ state }) => LOST_STATES.includes(state))
    .map(({ host, reason }) => reason ?? `${host} did not get there`)
    .join('; ');

const named = ({ hosts }: Rollout, states: readonly RolloutHostState[]): string =>
  hostNames(hosts.filter(({ state }) => states.includes(state))).join(', ');
