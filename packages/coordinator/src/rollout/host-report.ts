/** Reads what a host says of an app, in the light of what it was told last. */
import type { AppStatus, Culprit, HostPhase } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';

export const lostState = (host: string): string => `${host} has lost its state`;

/** Whether the report was made after the host accepted the last command; anything older says nothing. */
export function answers(rollout: Rollout, host: RolloutHost, { fence }: AppStatus): boolean {
  return fence?.rollout === rollout.seq && fence.step >= host.step;
}

const SETTLED: ReadonlySet<HostPhase> = new Set(['idle', 'committed', 'staging', 'staged', 'held']);

/** Nothing is under way: what is active is what runs. */
export const isSettled = (status: AppStatus): boolean => SETTLED.has(status.phase);

export const isOn = (status: AppStatus, release: ReleaseRef | undefined): boolean =>
  sameRelease(status.active, release);

export const isWell = (status: AppStatus): boolean => status.converged && status.stuckOn === undefined;

/** Went back by itself, or is about to. */
export const wentBack = (host: RolloutHost, status: AppStatus): boolean =>
  status.phase === 'reverting' || (isSettled(status) && !isOn(status, host.to));

export function culpritOf(rollout: Rollout, status: AppStatus): Culprit | undefined {
  const { outcome, stuckOn, app } = status;
  const culprit = outcome?.rollout === rollout.id && outcome.culprit !== undefined ? outcome.culprit : stuckOn;
  return culprit === undefined || rollout.apps === undefined ? culprit : { ...culprit, app };
}

export function reasonOf(rollout: Rollout, host: RolloutHost, status: AppStatus): string {
  const culprit = culpritOf(rollout, status);
  if (culprit !== undefined) return `${culprit.agent} on ${host.host}: ${culprit.cause}`;
  if (status.outcome?.rollout === rollout.id && status.outcome.reason !== '') {
    return `${host.host}: ${status.outcome.reason}`;
  }
  return `${host.host} went back by itself`;
}

/** What was to be fetched is there, is not coming, or is still under way. */
export function stagingOf(host: RolloutHost, release: ReleaseRef, status: AppStatus): 'done' | 'failed' | 'running' {
  const { staging } = status;
  if (host.command !== 'stage' || staging?.digest !== release.digest || staging.specDigest !== release.specDigest) {
    return 'running';
  }
  return staging.state;
}
