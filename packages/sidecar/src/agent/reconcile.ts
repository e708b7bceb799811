/**
 * From what should run and what is there to what is done next; asked again after each change, until nothing is
 * left to do. Removals come first, then each agent once its dependencies stand. What an agent does after its own
 * crash is not its business.
 */
import {
  type Action,
  REPLACED,
  forget,
  isEmpty,
  isOut,
  isReplaced,
  placeOf,
  promotions,
  take,
  unparked,
} from './action.js';
import { Board } from './board.js';
import { followedNow, missingDependencies } from './dependency-gate.js';
import { type Pair, type View, type Wanted, stands } from './view.js';

const REMOVED = 'no longer in the release for this host';
/** Of an agent that stays. */
const TOO_MANY = 'fewer instances are wanted';

export function reconcile(wanted: readonly Wanted[], views: readonly View[]): readonly Action[] {
  const board = new Board(wanted, views);
  const tidying = promotions(board);
  if (tidying.length > 0) return tidying;
  const kept = unparked(board);
  if (kept.length > 0) return kept;
  // What is to go is still of use until all that was kept is seen ready again.
  const isThawing = board.views.some((view) => view.phase === 'thawing' && !isReplaced(view, board));
  const removals = remove(board, isThawing);
  const blocked = removals.waiting || removals.actions.length > 0;
  // Alone: who depends on one that starts anew waits for it again.
  const following = blocked ? [] : wanted.flatMap((agent) => follow(agent, board));
  if (following.length > 0) return following;
  return [...removals.actions, ...wanted.flatMap((agent) => update(agent, board, { isBlocked: blocked, isThawing }))];
}

/** Dependants go before what they depend on. `waiting`: some are still on their way out. */
function remove(board: Board, isThawing: boolean): { readonly actions: readonly Action[]; readonly waiting: boolean } {
  const removed = board.views.filter((view) => !board.isWanted(view));
  const present = removed.filter((view) => !isEmpty(view));
  if (isThawing) return { actions: [], waiting: present.length > 0 };
  const needed = new Set(
    present.flatMap((view) => view.dependsOn.flatMap(({ agent }) => (agent === view.agent ? [] : [agent]))),
  );
  const actions = removed.flatMap((view): Action[] => {
    if (isEmpty(view)) return [{ kind: 'forget', ...placeOf(view) }];
    if (view.phase === 'leaving' || needed.has(view.agent) || isLater(view, present, board)) return [];
    return [{ kind: 'stop', ...placeOf(view), reason: board.agent(view.agent) === undefined ? REMOVED : TOO_MANY }];
  });
  // Slots of different releases may need each other in a circle; then all go at once.
  const moving = present.some(({ phase }) => phase === 'leaving') || actions.some(({ kind }) => kind === 'stop');
  const all = moving ? [] : present.map((view): Action => ({ kind: 'stop', ...placeOf(view), reason: REMOVED }));
  return { actions: [...actions, ...all], waiting: present.length > 0 };
}

/**
 * An agent that stays loses its last instances first, as many at once as an update would take: what they had to do goes
 * to the others bit by bit.
 */
function isLater({ agent, index }: View, present: readonly View[], board: Board): boolean {
  const wanted = board.agent(agent);
  if (wanted === undefined) return false;
  const higher = present.filter((other) => other.agent === agent && other.index > index).map((other) => other.index);
  return new Set(higher).size >= Math.max(1, wanted.parallelism);
}

interface Moment {
  /** Nothing is started or replaced yet. */
  readonly isBlocked: boolean;
  /** What was kept has to be seen ready again: another version that serves stays until then. */
  readonly isThawing: boolean;
}

export function update(agent: Wanted, board: Board, { isBlocked, isThawing }: Moment): Action[] {
  const open = !isBlocked && missingDependencies(agent, board).length === 0;
  const pairs = Array.from({ length: agent.replicas }, (_, index) => board.pair(agent.name, index));
  const budget: Budget = {
    candidates: pairs.filter(({ candidate }) => candidate !== undefined).length,
    down: pairs.filter((pair) => !serves(pair, agent)).length,
    isThawing,
  };
  return pairs.flatMap((pair, index) => updateOne(agent, pair, index, open, budget));
}

/** How many replicas of an agent are under way; counts up as actions are added. */
interface Budget {
  candidates: number;
  down: number;
  readonly isThawing: boolean;
}

function updateOne(agent: Wanted, pair: Pair, index: number, open: boolean, budget: Budget): Action[] {
  const { active, candidate } = pair;
  const place = { agent: agent.name, index };
  if (candidate !== undefined) {
    if (candidate.phase === 'gone') return forget(candidate);
    const stale = candidate.fingerprint !== agent.fingerprint;
    const needless = active?.held === true || (active?.fingerprint === agent.fingerprint && !isOut(active));
    // While the one that serves is on its way out, even a stale candidate that is ready is better than nothing.
    const lastOneUp = stale && candidate.phase === 'up' && active !== undefined && isOut(active);
    if (stale && candidate.phase === 'up' && budget.isThawing) return [];
    if (lastOneUp) return active.phase === 'gone' ? forget(active) : [];
    if (stale || needless) return take(candidate, REPLACED);
  }
  if (active === undefined) return open ? [{ kind: 'start', ...place, slot: 'active' }] : [];
  if (active.held) return holdStill(active, agent);
  if (active.phase === 'gone') return forget(active);
  if (active.fingerprint === agent.fingerprint || active.phase === 'leaving' || !open) return [];
  if (isEmpty(active)) return forget(active);
  return replace(agent, active, candidate, index, budget);
}

function replace(agent: Wanted, active: View, candidate: View | undefined, index: number, budget: Budget): Action[] {
  if (candidate !== undefined) return stands({ candidate }, agent) ? take(active, REPLACED) : [];
  if (agent.order === 'start-first') {
    if (budget.candidates >= agent.parallelism) return [];
    budget.candidates++;
    return [{ kind: 'start', agent: agent.name, index, slot: 'candidate' }];
  }
  if (active.phase === 'up') {
    if (budget.down >= agent.parallelism) return [];
    budget.down++;
  }
  return take(active, REPLACED);
}

/** A dependency that stands again may be another process by now. */
export function follow(agent: Wanted, board: Board): Action[] {
  if (!agent.dependsOn.some(({ restart }) => restart === true) || missingDependencies(agent, board).length > 0)
    return [];
  const now = followedNow(agent, board);
  return Array.from({ length: agent.replicas }, (_, index) => board.pair(agent.name, index).active).flatMap(
    (active) => {
      if (active === undefined || active.held || active.fingerprint !== agent.fingerprint) return [];
      if (active.phase !== 'up' && active.phase !== 'down') return [];
      const changed = Object.entries(active.followed).find(([name, before]) => isAnew(before, now[name]))?.[0];
      return changed === undefined
        ? []
        : [{ kind: 'restart', ...placeOf(active), reason: `${changed} was started anew` }];
    },
  );
}

/** More or fewer replicas are no new start of those that stay. */
function isAnew(before: string, now: string | undefined): boolean {
  const [known, current] = [before.split(','), now?.split(',') ?? []];
  return known.some((incarnation, index) => {
    const other = current[index];
    return other !== undefined && other !== '' && incarnation !== other;
  });
}

/** A person has stopped it. */
export function holdStill(active: View, agent: Wanted): Action[] {
  return active.fingerprint !== agent.fingerprint && isEmpty(active) ? [{ kind: 'renew', ...placeOf(active) }] : [];
}

/** Any version that is ready serves; work that is done counts for its own release alone. */
const serves = (pair: Pair, agent: Wanted): boolean =>
  stands(pair, agent) || [pair.active, pair.candidate].some((view) => view?.phase === 'up');
