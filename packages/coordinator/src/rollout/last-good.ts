/**
 * Where a way back ends, host by host: what a rollback has left, or what has failed, is not gone to by itself, and in an
 * emergency whoever is back from a rollout already stays. `history` is always of one app, newest first.
 */
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';

interface Ask {
  /** Empty: where each host came from. */
  readonly to: string;
  readonly hosts: readonly string[];
  readonly agents?: readonly string[];
  readonly toLastGood?: boolean;
}

interface Standing {
  readonly host: { readonly name: string };
  readonly app: { readonly active?: ReleaseRef };
}

interface Target {
  readonly host: string;
  /** What it runs. */
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
}

/** An emergency goes to the last good release, and so not a step further where that is what runs. */
export const isToLastGood = ({ toLastGood, to }: Pick<Ask, 'toLastGood' | 'to'>): boolean =>
  toLastGood === true && to === '';

/** Whoever a rollout was taken back from last, and whoever it had not come to yet, runs the last good release. */
export function withoutTakenBack<S extends Standing>(
  standing: readonly S[],
  history: readonly Rollout[],
): { readonly left: readonly S[]; readonly notices: readonly string[] } {
  const known = standing.map((one) => ({ one, why: takenBack(one.host.name, one.app.active, history) }));
  return {
    left: known.flatMap(({ one, why }) => (why === undefined ? [one] : [])),
    notices: known.flatMap(({ why }) => why ?? []),
  };
}

/** A sentence, where what it runs is what the last rollout there was taken back to. */
function takenBack(host: string, active: ReleaseRef | undefined, history: readonly Rollout[]): string | undefined {
  if (active === undefined) return undefined;
  for (const rollout of history) {
    const entry = rollout.hosts.find((one) => one.host === host);
    if (entry === undefined || !hasEnded(rollout.phase)) continue;
    if (hasArrived(rollout, entry, active)) return undefined;
    if (rollout.kind === 'rollback') continue;
    if (!sameRelease(entry.from, active)) return undefined;
    return (
      `${host} stays with ${active.version}, the last good release there: rollout ${rollout.id} to ${entry.to.version} ` +
      'has ended without it. "coordinator rollback" goes further back.'
    );
  }
  return undefined;
}

/** A rollback that has switched a host has brought it there, also where it was not well afterwards. */
const hasArrived = ({ kind }: Rollout, { state, touched, to }: RolloutHost, active: ReleaseRef | undefined): boolean =>
  state === 'committed' || (kind === 'rollback' && touched && sameRelease(to, active));

/**
 * Those that go. The others are back already, which is told in a notice, or their release has failed, which refuses all
 * but an emergency. Where none goes, and all were named, or none can, it is refused.
 */
export function chooseTargets<T extends Target>(
  ask: Ask,
  targets: readonly T[],
  history: readonly Rollout[],
): { readonly targets: readonly T[]; readonly notices: readonly string[]; readonly refusal?: string } {
  const { to, hosts, agents = [] } = ask;
  const going: T[] = [];
  const left: string[] = [];
  const failed: string[] = [];
  for (const target of targets) {
    const isLeft = to === '' ? leftBefore(target, history) : undefined;
    const hasFailed = isLeft === undefined ? failedBefore(target, history, agents.length > 0) : undefined;
    if (isLeft !== undefined) left.push(isLeft);
    else if (hasFailed === undefined) going.push(target);
    else failed.push(hasFailed);
  }
  const notices = [...failed, ...left];
  if (failed.length > 0 && !isToLastGood(ask)) return { targets: [], notices, refusal: failed.join(' ') };
  const isNamed = (hosts.length > 0 || agents.length > 0) && !isToLastGood(ask);
  const isRefused = going.length === 0 && (failed.length > 0 || (left.length > 0 && isNamed));
  return { targets: going, notices, ...(isRefused ? { refusal: notices.join(' ') } : {}) };
}

/**
 * A release that failed is never gone back to: what decides is the last rollout that went to it. Some agents of it may
 * have come in a rollout with others: there the release decides, and not what the host was to run in all.
 */
function failedBefore({ host, to }: Target, history: readonly Rollout[], some: boolean): string | undefined {
  const isIt = (other: ReleaseRef): boolean =>
    some ? other.digest === to.digest && other.version === to.version : sameRelease(other, to);
  const last = history.find((rollout) => rollout.hosts.some((other) => other.host === host && isIt(other.to)));
  if (last === undefined || last.kind === 'rollback') return undefined;
  if (last.phase !== 'rolled_back' && last.phase !== 'stuck') return undefined;
  return `${to.version} failed in rollout ${last.id} (${last.reason ?? last.phase}), so ${host} does not go back to it. Name another with --to.`;
}

/** What a rollback has left was left for a reason: a second rollback would only undo the first. */
function leftBefore({ host, from, to }: Target, history: readonly Rollout[]): string | undefined {
  for (const rollout of history) {
    const { kind, id } = rollout;
    const done = rollout.hosts.find((other) => other.host === host && hasArrived(rollout, other, from));
    if (done === undefined) continue;
    if (sameRelease(done.to, to)) return undefined;
    if (kind !== 'rollback' || !sameRelease(done.from, to)) continue;
    const here = from === undefined ? '' : ` It runs ${from.version} now.`;
    return `${host} was brought away from ${to.version} by rollback ${id}, so it does not go back to it by itself.${here} Say where to go with --to.`;
  }
  return undefined;
}
