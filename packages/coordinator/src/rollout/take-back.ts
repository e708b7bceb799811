/**
 * Compensation: touched hosts go back in reverse order, one after another (in an emergency all at once), each with all
 * its apps, a failing one holding up no other.
 */
import type { RolloutHost, RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { sameHost } from '@outrider/shared/domain/rollout-place.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { notUndone, permit, runningHooks, undoHooks } from './hooks.js';
import { LOST_STATES } from './lost.js';

const ARRIVED: readonly RolloutHostState[] = ['reverted', 'committed'];
const DONE: readonly RolloutHostState[] = ['reverted', ...LOST_STATES];

/** Said of what goes back already when an emergency comes. */
export const HASTENED = 'an emergency: all at once, without grace';

/** Nobody has told it to go back yet. */
const isOpen = ({ state }: RolloutHost): boolean => state !== 'reverting' && !DONE.includes(state);

/** Nothing more is to be expected of it; a host that names a culprit goes on trying. */
export const isLost = (host: RolloutHost): boolean => host.state === 'failed' && host.culprit === undefined;

/** Tells the next host (in an emergency all of them) to go back; with none left, ends or waits a last time for those that are lost. */
export function takeBackNext(draft: Draft): void {
  const { hosts } = draft.rollout;
  const touched = hosts.filter((host) => host.touched && host.stays !== true).reverse();
  permit(draft, 'after_revert', namesOf(touched, 'reverted'));
  if (draft.rollout.urgent === true) for (const host of touched) if (isOpen(host)) takeBack(draft, host);
  if (touched.some((host) => host.state === 'reverting')) return;
  const next = touched.find((host) => !DONE.includes(host.state));
  if (next !== undefined) {
    const together = touched.filter((host) => sameHost(host, next) && !DONE.includes(host.state));
    if (
      permit(
        draft,
        'before_revert',
        together.map(({ host }) => host),
      )
    )
      for (const host of together) takeBack(draft, host);
    else awaitHooks(draft);
    return;
  }
  const missing = hosts.filter((host) => host.touched && !ARRIVED.includes(host.state));
  if (missing.some((host) => host.state === 'committing')) {
    draft.set({ deadline: draft.at + draft.rollout.options.confirmWithinMs + draft.limits.commitMs });
  } else if (missing.length === 0) {
    if (areHooksBack(draft)) endBack(draft);
  } else if (missing.every(isLost)) {
    if (runningHooks(draft.rollout).length === 0) endStuck(draft, missing);
    else awaitHooks(draft);
  } else {
    draft.set({ deadline: draft.at + draft.rollout.options.confirmWithinMs + draft.limits.lostMs });
  }
}

export const namesOf = (hosts: readonly RolloutHost[], state: RolloutHostState): readonly string[] =>
  hosts.filter((host) => host.state === state).map(({ host }) => host);

/** Whoever is asked to run something has its own limit; here only a tick may not come too early. */
export function awaitHooks(draft: Draft): void {
  draft.set({ deadline: draft.at + draft.limits.revertMs });
}

/** What still runs is waited for; then what ran once is taken back, unless hosts keep the new release. */
function areHooksBack(draft: Draft): boolean {
  const isOver = runningHooks(draft.rollout).length === 0 && (keepsSome(draft) || undoHooks(draft));
  if (!isOver) awaitHooks(draft);
  return isOver;
}

const keepsSome = ({ rollout }: Draft): boolean =>
  rollout.hosts.some(({ stays, state }) => stays === true && state === 'committed');

/** Every host is where it was; what else was to be taken back may not be. */
function endBack(draft: Draft): void {
  const left = keepsSome(draft) ? [] : notUndone(draft.rollout);
  const phase = draft.rollout.abortedBy === undefined ? 'rolled_back' : 'aborted';
  if (left.length === 0) end(draft, phase);
  else end(draft, 'stuck', withCause(draft, left.join(', ')));
}

function withCause({ rollout: { reason } }: Draft, sentence: string): string {
  return `${reason === undefined ? '' : `${reason}; `}${sentence}`;
}

/** A revert where the host is on trial; where it is committed, a switch without trial to what it came from. */
export function takeBack(draft: Draft, host: RolloutHost): void {
  const why = draft.rollout.reason ?? 'the rollout failed';
  if (host.state !== 'committed') draft.command(host.host, 'revert', host.to, 0, why);
  else undoCommit(draft, host);
  startReverting(draft, host.host);
}

/**
 * `from` is still on the host, as its previous release. On a first release there is none: an empty
 * release of the app is fetched first, so that nothing of it runs.
 */
export function undoCommit(draft: Draft, host: RolloutHost): void {
  const why = draft.rollout.reason ?? 'the rollout failed';
  if (host.from !== undefined) draft.command(host.host, 'switch', host.from, 0, why);
  else if (host.empty !== undefined) draft.command(host.host, 'stage', host.empty, 0, why);
  else draft.command(host.host, 'revert', host.to, 0, why);
}

/**
 * An emergency while hosts go back: nobody keeps the release or waits for another, and whoever is on the way is told
 * again, so that no agent is given its grace.
 */
export function hasten(draft: Draft, { by, urgent }: EventOf<'abort'>): void {
  if (urgent !== true || draft.rollout.urgent === true) return;
  draft.set({ urgent });
  for (const { host, state, stays } of draft.rollout.hosts) {
    if (stays === true) draft.setHost(host, { stays: undefined, state: state === 'committed' ? state : 'trial' });
  }
  draft.tell({ type: 'rollout.rolling_back', reason: HASTENED, by, data: { hastened: true } });
  for (const host of draft.rollout.hosts) if (host.state === 'reverting') tellAgain(draft, host);
  takeBackNext(draft);
}

/** The same as before. An empty release that is being fetched is switched to soon enough. */
function tellAgain(draft: Draft, { host, command, from, to, empty }: RolloutHost): void {
  const home = from ?? empty;
  if (command === 'revert') draft.command(host, 'revert', to, 0, draft.rollout.reason);
  else if (command === 'switch' && home !== undefined) draft.command(host, 'switch', home, 0, draft.rollout.reason);
}

export function startReverting(draft: Draft, host: string): void {
  draft.setHost(host, { state: 'reverting', well: undefined });
  draft.set({ deadline: draft.at + draft.limits.revertMs });
  draft.tell({ type: 'rollout.host.reverting', host });
}

export function endStuck(draft: Draft, missing: readonly RolloutHost[]): void {
  const sentences = missing.map(
    (host) => `${host.host} ${host.state === 'unreachable' ? 'cannot be reached' : 'did not come back'}`,
  );
  end(draft, 'stuck', withCause(draft, [...sentences, ...notUndone(draft.rollout)].join(', ')));
}
