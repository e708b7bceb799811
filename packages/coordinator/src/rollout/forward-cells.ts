/** What a rollout does with each event while it goes forward: staging, switching, baking, committing. */
import { type AppStatus, heldWords } from '@outrider/shared/domain/host.js';
import type { RolloutCommandKind, RolloutHost, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { hostOf } from '@outrider/shared/domain/rollout-place.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { fail } from './failing.js';
import { advance, isBusy } from './forward.js';
import { unsteadyOf } from './steadiness.js';
import { openGates, takeVerdict } from './gate-cells.js';
import { comesBack } from './holding.js';
import { runningHooks } from './hooks.js';
import {
  answers,
  culpritOf,
  isOn,
  isSettled,
  isWell,
  reasonOf,
  stagingOf,
  wentBack,
  lostState,
} from './host-report.js';

export function stagingReport(draft: Draft, { host: name, status }: EventOf<'report'>): void {
  const host = draft.host(name);
  if (host?.state !== 'staging' || abortedByHold(draft, name, status)) return;
  if (status === 'gone') {
    // A host that had nothing of the app says so until it has accepted its command.
    if (host.from !== undefined) failLost(draft, name);
    return;
  }
  if (!answers(draft.rollout, host, status)) return;
  const staging = stagingOf(host, host.to, status);
  if (staging === 'failed') {
    const reason = `${name} could not stage the release: ${status.staging?.reason ?? ''}`;
    fail(draft, { host: name, reason, heldAs: 'pending' });
  } else if (staging === 'done') {
    draft.setHost(name, { state: 'staged' });
    draft.tell({ type: 'rollout.host.staged', host: name });
    advance(draft);
  } else if (status.staging?.preparing !== undefined) {
    awaitStep(draft, status.staging.preparing.withinMs);
  }
}

/** How long a step may take is its host's business, which ends it. */
function awaitStep(draft: Draft, withinMs: number): void {
  const { deadline } = draft.rollout;
  if (deadline === undefined || deadline >= draft.at + withinMs) return;
  draft.set({ deadline: draft.at + withinMs + draft.limits.stageMs });
}

export function trialReport(draft: Draft, event: EventOf<'report'>): void {
  const { host: name, status } = event;
  const host = draft.host(name);
  if (host === undefined || abortedByHold(draft, name, status)) return;
  if (host.state === 'staging') stagingReport(draft, event);
  if (comesBack(draft, host, status)) advance(draft);
  if (host.state !== 'switching' && host.state !== 'trial') return;
  if (status === 'gone') {
    failLost(draft, name);
    return;
  }
  if (!answers(draft.rollout, host, status)) return;
  if (status.phase === 'trial') {
    if (host.state === 'switching') draft.tell({ type: 'rollout.host.trial', host: name });
    draft.setHost(name, { state: 'trial', well: isWell(status) });
    advance(draft);
  } else if (wentBack(host, status)) {
    failAtHost(draft, host, status);
  } else if (isSettled(status)) {
    fail(draft, {
      host: name,
      reason: `${name} made the release permanent before it was told to`,
      heldAs: 'committed',
    });
  }
}

export function committingReport(draft: Draft, event: EventOf<'report'>): void {
  const { host: name, status } = event;
  const host = draft.host(name);
  // One that has committed may be held while others have not: all go back, as they would have.
  if (abortedByHold(draft, name, status)) return;
  if (host?.state === 'staging') stagingReport(draft, event);
  if (host !== undefined && comesBack(draft, host, status)) advance(draft);
  if (host?.state !== 'committing') return;
  if (status === 'gone') {
    failLost(draft, name);
    return;
  }
  if (!answers(draft.rollout, host, status)) return;
  if (wentBack(host, status)) {
    failAtHost(draft, host, status);
  } else if (isSettled(status) && isOn(status, host.to)) {
    draft.setHost(name, { state: 'committed' });
    draft.tell({ type: 'rollout.host.committed', host: name });
    advance(draft);
  }
}

/** It knew the app, and does so no more: its folder was emptied or replaced. */
function failLost(draft: Draft, host: string): void {
  fail(draft, { host, reason: lostState(host), heldAs: 'pending' });
}

function failAtHost(draft: Draft, host: RolloutHost, status: AppStatus): void {
  const culprit = culpritOf(draft.rollout, status);
  const reason = reasonOf(draft.rollout, host, status);
  if (host.state === 'trial') gateFailed(draft, reason, host.host);
  fail(draft, { host: host.host, culprit, reason, heldAs: 'reverting' });
}

function gateFailed(draft: Draft, reason: string, host?: string): void {
  draft.tell({
    ...{ type: 'rollout.gate.failed', reason, data: { gate: 'health' } },
    ...(host === undefined ? {} : { host }),
  });
}

/** Somebody took the host out of the leader's hands: the rollout makes way. */
function abortedByHold(draft: Draft, name: string, status: AppStatus | 'gone'): boolean {
  if (status === 'gone' || status.hold === undefined) return false;
  const host = hostOf(draft.host(name) ?? { host: name });
  const reason = `${host} is ${heldWords(status.hold)}; release it with "coordinator host resume ${host}"`;
  fail(draft, { host: name, reason, abortedBy: `the hold on ${host}` });
  return true;
}

export function refused(draft: Draft, { host: name, step, reason }: EventOf<'refused'>): void {
  const host = draft.host(name);
  if (host?.step !== step) return;
  // It has not heard this command, so that its reports answer an earlier one.
  if (host.command === 'commit') draft.setHost(name, { step: 0 });
  fail(draft, { host: name, reason: `${name} refused: ${reason}`, heldAs: WITHOUT[host.command ?? 'stage'] });
}

/** Where a host stands that did not take its command. */
const WITHOUT: { readonly [K in RolloutCommandKind]: RolloutHostState } = {
  stage: 'pending',
  switch: 'staged',
  commit: 'reverting',
  revert: 'reverting',
};

/** Its own lease guards it; once that is over it has gone back for sure. */
export function unreachableOnTrial(draft: Draft, { host: name, forMs }: EventOf<'unreachable'>): void {
  const host = draft.host(name);
  if (host === undefined || (host.state !== 'switching' && host.state !== 'trial' && host.state !== 'committing'))
    return;
  if (host.state === 'trial') {
    draft.setHost(name, { well: false });
    advance(draft);
  }
  if (forMs > draft.rollout.options.confirmWithinMs + draft.limits.lostMs) {
    fail(draft, { host: name, reason: `${name} has not been reached for ${Math.round(forMs / 1000)} s` });
  }
}

export function gateVerdict(draft: Draft, event: EventOf<'gate'>): void {
  takeVerdict(draft, event, () => advance(draft));
}

/** Of staging, switching and committing: who is late ends it. */
export function deadlineTick(draft: Draft): void {
  const { deadline, paused, phase, hosts } = draft.rollout;
  if (paused) return;
  if (deadline !== undefined && deadline <= draft.at) {
    const late = hosts.filter((host) => LATE[phase]?.(host) === true).map((host) => host.host);
    if (late.length === 0 && runningHooks(draft.rollout).length > 0) {
      draft.set({ deadline: draft.at + draft.limits.switchMs });
      advance(draft);
      return;
    }
    const restless = draft.rollout.awaitsSteady === true ? unsteadyOf(hosts) : [];
    if (late.length === 0 && restless.length > 0) {
      fail(draft, { reason: `${restless.join(', ')} came and went, and did not become steady in time` });
      return;
    }
    const open = openGates(draft.rollout);
    if (late.length === 0 && draft.rollout.bakeDone === true && open.length > 0) {
      const names = open.map(({ name }) => name);
      fail(draft, { reason: `the gates ${names.join(', ')} said nothing in time` });
      return;
    }
    if (late.length === 0) {
      // All are well, only late: their bake goes on to its end.
      draft.set({ deadline: (draft.rollout.bakeUntil ?? draft.at) + 1 });
      advance(draft);
      return;
    }
    const reason = `${late.join(', ')} did not finish ${phase} in time`;
    if (phase === 'baking') gateFailed(draft, reason);
    fail(draft, { reason });
    return;
  }
  advance(draft);
}

const LATE: { readonly [phase: string]: (host: RolloutHost) => boolean } = {
  staging: (host) => host.state === 'staging',
  switching: (host) => isBusy(host) || (host.state === 'trial' && host.well !== true),
  baking: (host) => isBusy(host) || (host.state === 'trial' && host.well !== true),
  committing: (host) => isBusy(host) || host.state === 'committing',
};
