/** `on-failure hold`: a rollout that has failed stands still until a person resumes or aborts it. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Draft } from './draft.js';
import type { Failure } from './failing.js';
import { answers, isOn, isSettled, isWell } from './host-report.js';
import { NOT_WAITING } from './not-waiting.js';
import { stageHost } from './staging.js';

/** Nothing is told to any host; trials go on being renewed. The first failure is the one that is shown. */
export function hold(draft: Draft, { reason, host, culprit, heldAs }: Failure): void {
  if (host !== undefined) draft.setHost(host, { well: undefined, ...(heldAs === undefined ? {} : { state: heldAs }) });
  if (draft.rollout.holding !== undefined) return;
  draft.set({
    ...NOT_WAITING,
    ...{ paused: true, holding: reason, reason },
    ...(culprit === undefined ? {} : { culprit }),
  });
  draft.tell({ type: 'rollout.paused', reason, data: { on_hold: true } });
}

/** A host that has gone back by itself can be switched again once it is well. True: the report was about that. */
export function comesBack(draft: Draft, host: RolloutHost, status: AppStatus | 'gone'): boolean {
  if (host.state !== 'reverting') return false;
  if (status === 'gone' || !answers(draft.rollout, host, status)) return true;
  if (isSettled(status) && isOn(status, host.from) && isWell(status)) draft.setHost(host.host, { state: 'staged' });
  return true;
}

/** What was held is tried again: fetched where it is missing, committed where that was decided. */
export function tryAgain(draft: Draft): void {
  if (draft.rollout.holding === undefined) return;
  const { phase } = draft.rollout;
  draft.set({ holding: undefined, reason: undefined, culprit: undefined });
  // Whoever is on trial bakes anew, with those that were left behind.
  if (phase === 'baking') draft.set({ phase: 'switching' });
  for (const told of draft.rollout.hosts) {
    const { host, state, to } = told;
    if (state === 'pending') {
      stageHost(draft, told);
    } else if (state === 'committing') {
      draft.command(host, 'commit', to, 0);
    }
    draft.setHost(host, { reason: undefined, culprit: undefined });
  }
}
