/** The first decision of a rollout: every host is told to fetch the release, all at once. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { hostNames } from '@outrider/shared/domain/rollout-place.js';
import { versionsApart } from '@outrider/shared/domain/versions-apart.js';
import { type Decision, DEFAULT_LIMITS, type Limits } from './decision.js';
import { Draft } from './draft.js';
import { advance } from './forward.js';
import { fail } from './failing.js';
import { doubtHooks } from './hooks.js';
import { rollbackNext } from './rollback-next.js';
import { stageHost } from './staging.js';
import { takeBackNext } from './take-back.js';

/** `hosts` come as `pending`, or as `staged` where the release is on the host for sure (its previous one). */
export function begin(rollout: Rollout, limits: Limits = DEFAULT_LIMITS): Decision {
  const draft = new Draft(rollout, rollout.startedAt, limits);
  const versions = versionsApart(rollout);
  draft.tell({
    type: 'rollout.started',
    by: rollout.by,
    ...(rollout.options.message === undefined ? {} : { reason: rollout.options.message }),
    data: {
      kind: rollout.kind,
      strategy: rollout.options.strategy ?? (rollout.kind === 'rollback' ? 'graceful' : 'rolling'),
      from: rollout.fromVersion ?? null,
      to: rollout.version,
      ...(versions === undefined ? {} : { versions }),
      hosts: hostNames(rollout.hosts),
      ...(rollout.apps === undefined ? {} : { apps: rollout.apps.map(({ app }) => app) }),
    },
  });
  draft.set({ deadline: draft.at + limits.stageMs });
  if (rollout.kind === 'rollback') {
    for (const host of rollout.hosts) if (host.state === 'pending') stageHost(draft, host);
    rollbackNext(draft);
  } else {
    advance(draft);
  }
  return draft.decision();
}

/** Commands of a rollout that was lost are numbered so far above whatever its hosts may have seen. */
export const FAR_ABOVE = 1_000;

/**
 * A rollout that hosts know and the store does not (or no longer as far): every host in it counts as
 * touched and goes back. `steps` must be at least the highest that any host has seen.
 */
export function takeBackLost(rollout: Rollout, steps: number, at: number, limits: Limits = DEFAULT_LIMITS): Decision {
  const hosts = rollout.hosts.map(({ stays: _stays, ...host }) => ({
    ...host,
    touched: true,
    state: 'trial' as const,
  }));
  const { endedAt: _endedAt, ending: _ending, ...rest } = rollout;
  const draft = new Draft({ ...rest, hosts, steps: Math.max(rollout.steps, steps), phase: 'switching' }, at, limits);
  doubtHooks(draft);
  fail(draft, { reason: 'the record of this rollout was lost, so it was taken back', everything: true });
  return draft.decision();
}

/**
 * A new leader can't know what the last one told a host that does not answer now: it counts as touched, so that
 * it is taken back with the others if it comes to that, or with those that are taken back already.
 */
export function countAsTouched(
  rollout: Rollout,
  silent: readonly string[],
  at: number,
  limits: Limits = DEFAULT_LIMITS,
): Decision {
  const draft = new Draft(rollout, at, limits);
  for (const host of silent) draft.setHost(host, { touched: true });
  if (rollout.phase === 'rolling_back' && rollout.ending === undefined && draft.rollout !== rollout)
    takeBackNext(draft);
  return draft.decision();
}
