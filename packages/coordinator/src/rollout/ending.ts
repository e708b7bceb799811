/** How a rollout ends. */
import { stateByApp, stateByHost } from '@outrider/shared/domain/rollout-place.js';
import type { EndPhase, Rollout } from '@outrider/shared/domain/rollout.js';
import { versionsApart } from '@outrider/shared/domain/versions-apart.js';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { Draft } from './draft.js';
import { permit } from './hooks.js';
import { NOT_WAITING } from './not-waiting.js';

const EVENT_OF: Readonly<Record<EndPhase, EventType>> = {
  succeeded: 'rollout.succeeded',
  rolled_back: 'rollout.rolled_back',
  aborted: 'rollout.aborted',
  stuck: 'rollout.stuck',
};

/** At once, or when the hooks after the rollout have run: called again then. */
export function end(draft: Draft, phase: EndPhase, reason?: string): void {
  if (!isOver(draft, phase, reason)) return;
  draft.set({
    phase,
    ...NOT_WAITING,
    ...{ paused: false, ending: undefined },
    endedAt: draft.at,
    ...(reason === undefined ? {} : { reason }),
  });
  const { rollout } = draft;
  draft.tell({
    type: EVENT_OF[phase],
    ...(rollout.abortedBy === undefined ? {} : { by: rollout.abortedBy }),
    ...(rollout.reason === undefined ? {} : { reason: rollout.reason }),
    data: summaryOf(rollout),
  });
}

/** Nothing of it changes any more; what stands after it is told how it ends. */
function isOver(draft: Draft, phase: EndPhase, reason: string | undefined): boolean {
  const { hooks = [], hosts } = draft.rollout;
  if (!hooks.some(({ point }) => point === 'after_rollout')) return true;
  const ending = { phase, ...(reason === undefined ? {} : { reason }) };
  draft.set({ ...NOT_WAITING, paused: false, ending });
  return permit(
    draft,
    'after_rollout',
    hosts.map(({ host }) => host),
  );
}

/** What the last event of a rollout carries. */
export function summaryOf(rollout: Rollout): Readonly<Record<string, unknown>> {
  const apps = stateByApp(rollout);
  const versions = versionsApart(rollout);
  return {
    rollout: rollout.id,
    from: rollout.fromVersion ?? null,
    to: rollout.version,
    ...(versions === undefined ? {} : { versions }),
    hosts: stateByHost(rollout.hosts),
    ...(apps === undefined ? {} : { apps }),
    ...(rollout.culprit === undefined ? {} : { culprit: rollout.culprit }),
    seconds: ((rollout.endedAt ?? rollout.startedAt) - rollout.startedAt) / 1000,
  };
}
