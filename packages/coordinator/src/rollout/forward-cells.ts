/** What a rollout does with each event while it goes forward: staging, switching, baking, committing. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { fail } from './failing.js';
import { advance } from './forward.js';
import { openGates, takeVerdict } from './gate-cells.js';
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
    fail(draft, { host: name, reason: `${name} could not fetch the release: ${status.staging?.reason ?? ''}` });
  } else if (staging === 'done') {
    draft.setHost(name, { state: 'staged' });
    draft.tell({ type: 'rollout.host.staged', host: name });
    advance(draft);
  }
}

export function trialReport(draft: Draft, { host: name, status }: EventOf<'report'>): void {
  const host = draft.host(name);
  if (host === undefined || abortedByHold(draft, name, status)) return;
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
    fail(draft, { host: name, reason: `${name} made the release permanent before it was told to` });
  }
}

export function committingReport(draft: Draft, { host: name, status }: EventOf<'report'>): void {
  const host = draft.host(name);
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
  } else if (status.phase === 'held') {
    fail(draft, { host: name, reason: `${name} is held` });
  }
}

/** It knew the app, and does so no more: its folder was emptied or replaced. */
function failLost(draft: Draft, host: string): void {
  fail(draft, { host, reason: lostState(host) });
}

function failAtHost(draft: Draft, host: RolloutHost, status: AppStatus): void {
  const culprit = culpritOf(draft.rollout, status);
  const reason = reasonOf(draft.rollout, host, status);
  if (host.state === 'trial') gateFailed(draft, reason, host.host);
  fail(draft, { host: host.host, culprit, reason });
}

function gateFailed(draft: Draft, reason: string, host?: string): void {
  draft.tell({
    ...{ type: 'rollout.gate.failed', reason, data: { gate: 'health' } },
    ...(host === undefined ? {} : { host }),
  });
}

/** Somebody took the host out of the leader's hands: the rollout makes way. */
function abortedByHold(draft: Draft, host: string, status: AppStatus | 'gone'): boolean {
  if (status === 'gone' || status.phase !== 'held') return false;
  const reason = `${host} is held; release it with "coordinator host resume ${host}"`;
  fail(draft, { host, reason, abortedBy: `the hold on ${host}` });
  return true;
}

export function refused(draft: Draft, { host: name, step, reason }: EventOf<'refused'>): void {
  if (draft.host(name)?.step !== step) return;
  fail(draft, { host: name, reason: `${name} refused: ${reason}` });
}

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
    if (late.length === 0 && draft.rollout.bakeDone === true) {
      const names = openGates(draft.rollout).map(({ name }) => name);
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
  switching: (host) => host.state === 'switching' || (host.state === 'trial' && host.well !== true),
  baking: (host) => host.well !== true && host.state === 'trial',
  committing: (host) => host.state === 'committing',
};
