/** How a rollout turns to failure. */
import type { Culprit } from '@outrider/shared/domain/host.js';
import type { Draft } from './draft.js';
import { takeBackNext } from './take-back.js';

export interface Failure {
  readonly reason: string;
  readonly host?: string;
  readonly culprit?: Culprit | undefined;
  readonly abortedBy?: string;
}

/** From here everything touched goes back. The first failure names the rollout's. */
export function fail(draft: Draft, failure: Failure): void {
  const { host, culprit, reason, abortedBy } = failure;
  if (host !== undefined) {
    draft.setHost(host, { reason, ...(culprit === undefined ? {} : { culprit }) });
    draft.tell({
      type: 'rollout.host.failed',
      host,
      reason,
      ...(culprit === undefined ? {} : { data: { culprit } }),
    });
  }
  draft.set({
    phase: 'rolling_back',
    paused: false,
    bakeUntil: undefined,
    bakeLeftMs: undefined,
    bakeDone: undefined,
    pausedFor: undefined,
    deadline: undefined,
    ...(draft.rollout.reason === undefined ? { reason } : {}),
    ...(culprit === undefined || draft.rollout.culprit !== undefined ? {} : { culprit }),
    ...(abortedBy === undefined ? {} : { abortedBy }),
  });
  draft.tell({ type: 'rollout.rolling_back', reason, ...(abortedBy === undefined ? {} : { by: abortedBy }) });
  takeBackNext(draft);
}
