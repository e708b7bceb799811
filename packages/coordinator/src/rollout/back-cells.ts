/** What a failed rollout does with each event while it takes its hosts back. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { sameHost } from '@outrider/shared/domain/rollout-place.js';
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import {
  answers,
  culpritOf,
  isOn,
  isSettled,
  isWell,
  lostState,
  reasonOf,
  stagingOf,
  wentBack,
} from './host-report.js';
import { runningHooks } from './hooks.js';
import { awaitHooks, endStuck, startReverting, takeBackNext, undoCommit } from './take-back.js';

export function backReport(draft: Draft, { host: name, status }: EventOf<'report'>): void {
  const host = draft.host(name);
  if (host === undefined) return;
  if (status === 'gone') {
    gone(draft, host);
    return;
  }
  const culprit = culpritOf(draft.rollout, status);
  if (host.touched && draft.rollout.culprit === undefined && culprit !== undefined && status.outcome !== undefined) {
    // The host that failed may name the culprit only after it was seen to go back.
    draft.setHost(name, { culprit });
    draft.set({
      culprit,
      ...(draft.rollout.abortedBy === undefined ? { reason: reasonOf(draft.rollout, host, status) } : {}),
    });
  }
  if (host.stays === true) {
    stayReport(draft, host, status);
    return;
  }
  if (host.state !== 'reverting' && host.state !== 'failed' && host.state !== 'unreachable') return;
  if (!answers(draft.rollout, host, status)) return;
  const home = host.from ?? (isOn(status, host.empty) ? host.empty : undefined);
  if (host.state === 'reverting' && status.stuckOn !== undefined && isOn(status, home)) {
    // It goes on trying, and the others need not wait for it: its later report still counts.
    const { agent, cause } = status.stuckOn;
    draft.setHost(name, { culprit: status.stuckOn });
    giveUp(draft, name, 'failed', `${agent} on ${name}: ${cause}`);
    return;
  }
  if (!isSettled(status)) return;
  if (isOn(status, home)) {
    if (!isWell(status)) return;
    reverted(draft, name);
  } else if (host.command === 'revert') {
    // It had committed after all: a revert found nothing to revert.
    undoCommit(draft, host);
    startReverting(draft, name);
  } else if (host.command === 'stage' && host.empty !== undefined) {
    const staging = stagingOf(host, host.empty, status);
    if (staging === 'done') draft.command(name, 'switch', host.empty, 0, draft.rollout.reason);
    if (staging === 'failed') giveUp(draft, name, 'failed', status.staging?.reason ?? 'it could not be emptied');
  }
}

/** A host that keeps the new release, unless its trial was over before the word reached it. */
function stayReport(draft: Draft, host: RolloutHost, status: AppStatus): void {
  const isWaitedFor = host.state === 'committing' || host.state === 'failed' || host.state === 'unreachable';
  if (!isWaitedFor || !answers(draft.rollout, host, status)) return;
  if (isSettled(status) && isOn(status, host.to)) {
    draft.setHost(host.host, { state: 'committed', reason: undefined });
    draft.tell({ type: 'rollout.host.committed', host: host.host });
    takeBackNext(draft);
  } else if (wentBack(host, status) && isSettled(status)) {
    draft.setHost(host.host, { reason: reasonOf(draft.rollout, host, status) });
    // A host keeps all its apps or none.
    for (const other of draft.rollout.hosts) if (sameHost(other, host)) draft.setHost(other.host, { stays: undefined });
    reverted(draft, host.host);
  }
}

/** Where nothing of the app ran before, a host that knows nothing of it is where it should be. */
function gone(draft: Draft, { host, state, from }: RolloutHost): void {
  if (from !== undefined) {
    if (state === 'reverting') giveUp(draft, host, 'failed', lostState(host));
  } else if (state === 'reverting' || state === 'failed' || state === 'unreachable') {
    reverted(draft, host);
  }
}

function reverted(draft: Draft, host: string): void {
  draft.setHost(host, { state: 'reverted' });
  draft.tell({ type: 'rollout.host.reverted', host });
  takeBackNext(draft);
}

export function backRefused(draft: Draft, { host: name, step, reason }: EventOf<'refused'>): void {
  const host = draft.host(name);
  if (host?.step !== step || !isTold(host)) return;
  giveUp(draft, name, 'failed', `${name} refused: ${reason}`);
}

/** The others do not wait for it; its command stays in the outbox, and its report still counts. */
export function backUnreachable(draft: Draft, { host: name }: EventOf<'unreachable'>): void {
  const host = draft.host(name);
  if (host !== undefined && isTold(host)) giveUp(draft, name, 'unreachable', `${name} cannot be reached`);
}

/** Its answer is waited for. */
const isTold = ({ state }: RolloutHost): boolean => state === 'reverting' || state === 'committing';

export function backTick(draft: Draft): void {
  const { deadline, hosts } = draft.rollout;
  if (deadline === undefined) {
    takeBackNext(draft);
    return;
  }
  if (deadline > draft.at) return;
  const late = hosts.filter(isTold);
  if (late.length === 0 && runningHooks(draft.rollout).length > 0) {
    awaitHooks(draft);
    return;
  }
  if (late.length === 0) {
    endStuck(
      draft,
      hosts.filter((host) => host.touched && host.state !== 'reverted' && host.state !== 'committed'),
    );
    return;
  }
  for (const host of late) giveUp(draft, host.host, 'failed', `${host.host} did not answer in time`);
}

function giveUp(draft: Draft, name: string, state: 'failed' | 'unreachable', reason: string): void {
  draft.setHost(name, { state, reason });
  draft.tell({ type: 'rollout.host.failed', host: name, reason });
  takeBackNext(draft);
}
