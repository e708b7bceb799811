/** A rollback: host by host to a release that was good, without trial, never stopping at a failing host. */
import type { RolloutHost, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { answers, culpritOf, isOn, isSettled, isWell, lostState, stagingOf } from './host-report.js';
import { isLost } from './take-back.js';

const LOST: readonly RolloutHostState[] = ['failed', 'unreachable'];

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
    if (host.state !== 'staging' && !LOST.includes(host.state)) return;
    const staging = stagingOf(host, host.to, status);
    if (staging === 'failed' && host.state === 'staging') {
      giveUp(draft, name, 'failed', `${name} could not fetch the release: ${status.staging?.reason ?? ''}`);
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
    draft.setHost(name, { state: 'committed', reason: undefined, culprit: undefined });
    draft.tell({ type: 'rollout.host.committed', host: name });
    rollbackNext(draft);
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
  const { deadline, paused, hosts } = draft.rollout;
  if (paused) return;
  if (deadline === undefined || deadline > draft.at) {
    if (deadline === undefined) rollbackNext(draft);
    return;
  }
  const late = hosts.filter((host) => host.state === 'staging' || host.state === 'switching');
  for (const host of late) giveUp(draft, host.host, 'failed', `${host.host} did not get there in time`);
  if (late.length === 0) endStuck(draft);
}

export function rollbackResume(draft: Draft, { by }: EventOf<'resume'>): void {
  if (!draft.rollout.paused) return;
  draft.set({ paused: false, deadline: draft.at + draft.limits.revertMs });
  draft.tell({ type: 'rollout.resumed', by });
  rollbackNext(draft);
}

/** The next host is switched once all that can be fetched is fetched and none is under way. */
export function rollbackNext(draft: Draft): void {
  const { hosts, paused, options } = draft.rollout;
  if (paused || hosts.some((host) => host.state === 'staging' || host.state === 'switching')) return;
  const next = hosts.find((host) => host.state === 'staged');
  if (next !== undefined) {
    draft.command(next.host, 'switch', next.to, 0, `rollback to ${draft.rollout.version}`);
    draft.setHost(next.host, { state: 'switching', touched: true });
    draft.set({ phase: 'switching', deadline: draft.at + draft.limits.revertMs });
    draft.tell({ type: 'rollout.host.switching', host: next.host });
    return;
  }
  const lost = hosts.filter((host) => LOST.includes(host.state));
  if (lost.length === 0) end(draft, 'succeeded');
  else if (lost.every(isLost)) endStuck(draft);
  else draft.set({ deadline: draft.at + options.confirmWithinMs + draft.limits.lostMs });
}

function giveUp(draft: Draft, name: string, state: 'failed' | 'unreachable', reason: string): void {
  draft.setHost(name, { state, reason });
  draft.tell({ type: 'rollout.host.failed', host: name, reason });
  rollbackNext(draft);
}

function endStuck(draft: Draft): void {
  const lost = draft.rollout.hosts.filter((host) => LOST.includes(host.state));
  const culprit = lost.find((host: RolloutHost) => host.culprit !== undefined)?.culprit;
  if (culprit !== undefined) draft.set({ culprit });
  end(draft, 'stuck', lost.map((host) => host.reason ?? `${host.host} did not get there`).join('; '));
}
