/** Hosts that come and go: no wave begins on one, and the rollout fails where it does not become steady in time. */
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';

/** True: it has become steady, so that its wave may go on. */
export function noteSteadiness(draft: Draft, { host: name, unsteady }: EventOf<'report'>): boolean {
  const wasUnsteady = draft.host(name)?.unsteady === true;
  draft.setHost(name, { unsteady });
  return wasUnsteady && unsteady !== true;
}

/** Whether the next wave has to wait; if so it is noted, once, from when on. */
export function awaitsSteady(draft: Draft, wave: readonly RolloutHost[]): boolean {
  const { awaitsSteady: isNoted = false } = draft.rollout;
  if (!wave.some(({ unsteady }) => unsteady === true)) {
    draft.set({ awaitsSteady: undefined });
    return false;
  }
  if (!isNoted) draft.set({ phase: 'switching', awaitsSteady: true, deadline: draft.at + draft.limits.switchMs });
  return true;
}

/** Those that the next wave waits for. */
export const unsteadyOf = (hosts: readonly RolloutHost[]): readonly string[] =>
  hosts.filter(({ state, unsteady }) => state === 'staged' && unsteady === true).map(({ host }) => host);
