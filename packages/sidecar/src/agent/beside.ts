/**
 * Reconciling where a new set of agents is proven beside the old one, which is kept until the commit: all that is new is
 * started; once it stands, what can't run twice is replaced; once all stands, what is old is parked. Until all that
 * can run twice stands, nothing old that serves is touched.
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
import { allMeet } from './dependency-gate.js';
import { follow, holdStill, update } from './reconcile.js';
import { type Pair, type View, type Wanted, stands } from './view.js';

/** Names of agents of which two versions can't run at once. */
export type Exclusive = ReadonlySet<string>;

export function reconcileBeside(
  wanted: readonly Wanted[],
  views: readonly View[],
  exclusive: Exclusive,
): readonly Action[] {
  const board = new Board(wanted, views);
  for (const first of [promotions(board), unparked(board), wanted.flatMap((agent) => follow(agent, board))]) {
    if (first.length > 0) return first;
  }
  const late = lateAgents(board, exclusive);
  const early = wanted.filter(({ name }) => !late.has(name));
  const raised = [...leftovers(board), ...early.flatMap((agent) => raise(agent, board, late, exclusive))];
  if (raised.length > 0 || !early.every((agent) => allStand(agent, board))) return raised;
  if (late.size > 0) return replaceLate(board, late, exclusive);
  return park(board);
}

/**
 * Agents that come last: those that can't run twice while an old version of them runs, and those that start anew after
 * one that comes last or need one that does not run at all yet.
 */
export function lateAgents(board: Board, exclusive: Exclusive): ReadonlySet<string> {
  const runs = (agent: Wanted, isMeant: (active: View) => boolean): boolean =>
    pairsOf(agent, board).some(({ active }) => active !== undefined && !isEmpty(active) && isMeant(active));
  const isReplacedAlone = (agent: Wanted): boolean =>
    exclusive.has(agent.name) && runs(agent, (active) => isOld(active, agent));
  const late = new Set(board.wanted.filter(isReplacedAlone).map(({ name }) => name));
  const awaits = ({ agent, restart }: Wanted['dependsOn'][number]): boolean => {
    const other = board.agent(agent);
    return other !== undefined && late.has(agent) && (restart === true || !runs(other, () => true));
  };
  const comes = (agent: Wanted): boolean => !late.has(agent.name) && agent.dependsOn.some(awaits);
  for (let more = board.wanted.filter(comes); more.length > 0; more = board.wanted.filter(comes)) {
    for (const { name } of more) late.add(name);
  }
  return late;
}

/** Nobody asked for by this release, or by an earlier attempt at it. */
function leftovers(board: Board): Action[] {
  return board.views
    .filter((view) => !board.isWanted(view))
    .flatMap((view) => (view.slot === 'candidate' ? take(view, REPLACED) : view.phase === 'gone' ? forget(view) : []));
}

function raise(agent: Wanted, board: Board, late: ReadonlySet<string>, exclusive: Exclusive): Action[] {
  const open = agent.dependsOn.every((need) => {
    const other = board.agent(need.agent);
    // What is late is replaced only when this agent stands: until then the old one will do, as it is.
    return other === undefined || late.has(need.agent) || allMeet(other, need.condition, board);
  });
  return pairsOf(agent, board).flatMap((pair, index) => raiseOne(agent, pair, index, open, exclusive.has(agent.name)));
}

function raiseOne(agent: Wanted, { active, candidate }: Pair, index: number, open: boolean, alone: boolean): Action[] {
  const place = { agent: agent.name, index };
  if (candidate !== undefined) {
    const needless = active?.held === true || (active?.fingerprint === agent.fingerprint && !isOut(active));
    if (candidate.phase === 'gone' || candidate.fingerprint !== agent.fingerprint || needless)
      return take(candidate, REPLACED);
  }
  if (active === undefined) return open ? [{ kind: 'start', ...place, slot: 'active' }] : [];
  if (active.held) return holdStill(active, agent);
  if (active.phase === 'gone') return forget(active);
  if (!isOld(active, agent) || candidate !== undefined || !open) return [];
  return alone ? take(active, REPLACED) : [{ kind: 'start', ...place, slot: 'candidate' }];
}

/** In the order of their dependencies; each as if it alone were replaced. */
function replaceLate(board: Board, late: ReadonlySet<string>, exclusive: Exclusive): Action[] {
  return board.wanted
    .filter((agent) => late.has(agent.name) && exclusive.has(agent.name))
    .filter((agent) => !agent.dependsOn.some((need) => late.has(need.agent)))
    .flatMap((agent) => update({ ...agent, order: 'stop-first' }, board, { isBlocked: false, isThawing: false }));
}

/** Dependants before what they depend on; where those of different releases need each other in a circle, all at once. */
function park(board: Board): Action[] {
  const old = board.views.filter((view) => view.slot === 'active' && !view.held && isReplaced(view, board));
  const serving = old.filter(({ phase }) => phase === 'up' || phase === 'parking');
  const needed = new Set(
    serving.flatMap((view) => view.dependsOn.flatMap(({ agent }) => (agent === view.agent ? [] : [agent]))),
  );
  const up = serving.filter(({ phase }) => phase === 'up');
  const free = up.filter(({ agent }) => !needed.has(agent));
  const next = free.length === 0 && up.length === serving.length ? up : free;
  return next.map((view) => ({ kind: 'park', ...placeOf(view) }));
}

const isOld = (active: View | undefined, agent: Wanted): active is View =>
  active !== undefined && !active.held && active.fingerprint !== agent.fingerprint;

const pairsOf = (agent: Wanted, board: Board): readonly Pair[] =>
  Array.from({ length: agent.replicas }, (_, index) => board.pair(agent.name, index));

const allStand = (agent: Wanted, board: Board): boolean => pairsOf(agent, board).every((pair) => stands(pair, agent));
