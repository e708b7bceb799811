/** How a rollout ends. */
import { stateByApp, stateByHost } from '@outrider/shared/domain/rollout-place.js';
import type { Rollout, RolloutPhase } from '@outrider/shared/domain/rollout.js';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { Draft } from './draft.js';
import { NOT_WAITING } from './not-waiting.js';

export type EndPhase = Extract<RolloutPhase, 'succeeded' | 'rolled_back' | 'aborted' | 'stuck'>;

const EVENT_OF: Readonly<Record<EndPhase, EventType>> = {
  succeeded: 'rollout.succeeded',
  rolled_back: 'rollout.rolled_back',
  aborted: 'rollout.aborted',
  stuck: 'rollout.stuck',
};

export function end(draft: Draft, phase: EndPhase, reason?: string): void {
  draft.set({
    phase,
    ...NOT_WAITING,
    paused: false,
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

/** What the last event of a rollout carries. */
export function summaryOf(rollout: Rollout): Readonly<Record<string, unknown>> {
  const apps = stateByApp(rollout);
  return {
    rollout: rollout.id,
    from: rollout.fromVersion ?? null,
    to: rollout.version,
    hosts: stateByHost(rollout.hosts),
    ...(apps === undefined ? {} : { apps }),
    ...(rollout.culprit === undefined ? {} : { culprit: rollout.culprit }),
    seconds: ((rollout.endedAt ?? rollout.startedAt) - rollout.startedAt) / 1000,
  };
}
