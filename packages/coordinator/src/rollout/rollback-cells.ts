/**
 * A rollback: to a release that was good, without trial. Its strategy says whether all hosts go at once, one after
 * another, or one after another with time to prove each; only the last of these stops at a failing host.
 */
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { answers, culpritOf, isOn, isSettled, isWell, lostState, stagingOf } from './host-report.js';
import { runningHooks } from './hooks.js';
import { NOT_WAITING } from './not-waiting.js';
import { endStuck, goPast, holdUnwell, isProgressive, rest, rollbackNext } from './rollback-next.js';
import { awaitHooks, HASTENED } from './take-back.js';
import { LOST_STATES } from './lost.js';

export function rollbackReport(draft: Draft, { host: name, status }: EventOf<'report'>): void {
  const host = draft.host(name);
  if (host === undefined) return;
  if (status === 'gone') {
    const isTold = host.state === 'staging' || host.state === 'switching';
    if (isTold) giveUp(draft, name, 'failed', lostState(name));
    return;
  }
  if (!answers(draft.rollout, host, status)) return;
  if (host.command === 'stage') {
    if (host.state !== 'staging' && !LOST_STATES.includes(host.state)) return;
    const staging = stagingOf(host, host.to, status);
    if (staging === 'failed' && host.state === 'staging') {
      giveUp(draft, name, 'failed', `${name} could not stage the release: ${status.staging?.reason ?? ''}`);
    }
    if (staging !== 'done') return;
    draft.setHost(name, { state: 'staged', reason: undefined });
    draft.tell({ type: 'rollout.host.staged', host: name });
    rollbackNext(draft);
  } else if (host.command === 'switch' && host.state !== 'committed') {
    const culprit = culpritOf(draft.rollout, status);
    if (culprit !== undefined) draft.setHost(name, { culprit });
    if (host.state === 'switching' && status.stuckOn !== undefined && isOn(status, host.to)) {
      // It goes on trying, and the others need not wait for it: its later report still counts.
      giveUp(draft, name, 'failed', `${status.stuckOn.agent} on ${name}: ${status.stuckOn.cause}`);
      return;
    }
    if (!isSettled(status) || !isOn(status, host.to) || !isWell(status)) return;
    draft.setHost(name, { state: 'committed', reason: undefined, culprit: undefined, well: true });
    draft.tell({ type: 'rollout.host.committed', host: name });
    rest(draft);
  } else if (isProgressive(draft) && host.state === 'committed' && isWell(status) !== host.well) {
    draft.setHost(name, { well: isWell(status) });
    rest(draft);
  }
}

export function rollbackRefused(draft: Draft, { host: name, step, reason }: EventOf<'refused'>): void {
  const host = draft.host(name);
  if (host?.step !== step || (host.state !== 'staging' && host.state !== 'switching')) return;
  giveUp(draft, name, 'failed', `${name} refused: ${reason}`);
}

export function rollbackUnreachable(draft: Draft, { host: name }: EventOf<'unreachable'>): void {
  const state = draft.host(name)?.state;
  if (state === 'staging' || state === 'switching') giveUp(draft, name, 'unreachable', `${name} cannot be reached`);
}

export function rollbackTick(draft: Draft): void {
  const { deadline, bakeUntil, paused, hosts } = draft.rollout;
  if (paused) return;
  if (deadline === undefined || deadline > draft.at) {
    if (deadline === undefined || (bakeUntil !== undefined && bakeUntil <= draft.at)) rollbackNext(draft);
    return;
  }
  const late = hosts.filter((host) => host.state === 'staging' || host.state === 'switching');
  for (const host of late) giveUp(draft, host.host, 'failed', `${host.host} did not get there in time`);
  if (late.length > 0) return;
  if (runningHooks(draft.rollout).length > 0) {
    awaitHooks(draft);
    return;
  }
  if (hosts.some((host) => host.state === 'staged')) holdUnwell(draft);
  else endStuck(draft);
}

export function rollbackResume(draft: Draft, { by }: EventOf<'resume'>): void {
  if (!draft.rollout.paused) return;
  draft.set({ paused: false, pausedBy: undefined, deadline: draft.at + draft.limits.revertMs });
  goPast(draft);
  draft.tell({ type: 'rollout.resumed', by });
  rest(draft);
}

/** No further host is told to go back; who was told goes on. In an emergency all go, at once. */
export function rollbackAbort(draft: Draft, { by, urgent }: EventOf<'abort'>): void {
  if (draft.rollout.abortedBy !== undefined) return;
  if (urgent === true) {
    hasten(draft, by);
    return;
  }
  draft.set({ abortedBy: by, reason: `aborted by ${by}`, paused: false, pausedBy: undefined, holding: undefined });
  for (const { host, touched } of draft.rollout.hosts) if (!touched) draft.setHost(host, { state: 'pending' });
  rollbackNext(draft);
}

/** Whoever is under way is told again, so that no agent is given its grace. */
function hasten(draft: Draft, by: string): void {
  const { urgent, paused, hosts } = draft.rollout;
  if (urgent === true) return;
  goPast(draft);
  draft.set({
    urgent: true,
    ...NOT_WAITING,
    paused: false,
    pausedBy: undefined,
    deadline: draft.at + draft.limits.revertMs,
  });
  if (paused) draft.tell({ type: 'rollout.resumed', by });
  draft.tell({ type: 'rollout.rolling_back', reason: HASTENED, by, data: { hastened: true } });
  for (const { host, state, to } of hosts) if (state === 'switching') draft.command(host, 'switch', to, 0, HASTENED);
  rollbackNext(draft);
}

function giveUp(draft: Draft, name: string, state: 'failed' | 'unreachable', reason: string): void {
  draft.setHost(name, { state, reason });
  draft.tell({ type: 'rollout.host.failed', host: name, reason });
  rollbackNext(draft);
}
