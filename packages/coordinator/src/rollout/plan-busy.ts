/** Hosts of a plan that are in the midst of something else. */
import { heldWords } from '@outrider/shared/domain/host.js';
import type { PlanHost, Target } from './plan-host.js';

/** A host, and the rollout that it has not come out of. */
export interface Busy {
  readonly host: string;
  readonly rollout: string;
  readonly phase: string;
  /** An agent there does not come back up, so that it does not end by itself. */
  readonly isStuck: boolean;
}

export const busyHosts = (targets: readonly Target[]): readonly Busy[] =>
  targets.flatMap(({ host: { name, app } }) => {
    const { phase, rollout = '?', stuckOn } = app ?? {};
    const isBusy = phase === 'switching' || phase === 'trial' || phase === 'reverting';
    return isBusy ? [{ host: name, rollout, phase, isStuck: stuckOn !== undefined }] : [];
  });

export const busyWords = ({ host, rollout, phase }: Busy): string =>
  `Host ${host} is in the middle of rollout ${rollout} (${phase})`;

/** What supersedes waits for these by itself: they speak against nothing. */
export const busyProblems = (targets: readonly Target[], supersede: boolean): readonly string[] => [
  ...targets.flatMap(({ host }) => heldProblem(host)),
  ...(supersede ? [] : busyHosts(targets).map((busy) => `${busyWords(busy)}; wait until it has ended.`)),
];

export const busyNotices = (targets: readonly Target[], supersede: boolean): readonly string[] =>
  supersede
    ? busyHosts(targets).map(
        (busy) => `${busyWords(busy)}, which has to end first; the plan is of the hosts as they are now.`,
      )
    : [];

const heldProblem = ({ name, hold }: PlanHost): readonly string[] =>
  hold === undefined ? [] : [`Host ${name} is ${heldWords(hold)}; release it with "coordinator host resume ${name}".`];
