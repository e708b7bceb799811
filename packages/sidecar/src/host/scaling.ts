/** Orders on how many instances run here: how they are given, what they are of, and what another release makes of them. */
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import {
  carriedOver,
  type Scalable,
  type Scaled,
  type ScaledAgents,
  scaledOf,
} from '@outrider/shared/domain/scaling.js';
import { type AppState, type StateOf, candidateOf } from './app-state.js';
import { become, type Decision, type EventOf, refuse, stay } from './host-event.js';

/** Idempotent: what is so already changes nothing, and keeps who has ordered it and when. */
export function scale(state: StateOf<'idle'>, event: EventOf<'scale'>): Decision {
  const { agent, replicas, declared, by, reason, at } = event;
  const { active, scaled: before, ...kept } = state;
  if (active === undefined) return refuse(state, `Nothing of ${state.app} runs on this host, so there is no ${agent}.`);
  const from = scaledOf(before, agent)?.replicas ?? declared;
  if (from === replicas) return stay(state);
  const order: Scaled = { replicas, by, since: at.wall, reason };
  const others = Object.entries(before ?? {}).filter(([name]) => name !== agent);
  const entries = replicas === declared ? others : [...others, [agent, order] as const];
  return become(
    { ...kept, active, ...membersOf(Object.fromEntries(entries)) },
    { kind: 'run', release: active, mode: 'steady', verify: false },
    { kind: 'scaled', agent, from, to: replicas, version: active.version, by, reason },
  );
}

/** What runs next is not decided yet; an order to the wrong one of two releases would be lost or stay too long. */
export function scaleUnderWay(state: StateOf<'switching' | 'trial'>, { agent }: EventOf<'scale'>): Decision {
  const { candidate, change, phase } = state.work;
  const doing = phase === 'trial' ? 'on trial' : 'being switched to';
  return refuse(
    state,
    `${state.app}: ${candidate.version} is ${doing} in rollout ${change.rollout} (since ${change.since}, by ${change.by}); ` +
      `scale ${agent} once that is committed or has gone back.`,
  );
}

export function scaleGoingBack(state: StateOf<'reverting'>, { agent }: EventOf<'scale'>): Decision {
  const { change } = state.work;
  return refuse(
    state,
    `${state.app} is still going back from rollout ${change.rollout} (since ${change.since}, by ${change.by}); ` +
      `scale ${agent} once it has.`,
  );
}

/** The orders that are in force where `release` runs here. */
export function ordersOn(state: AppState, release: ReleaseRef): ScaledAgents | undefined {
  const { work } = state;
  if (sameRelease(candidateOf(state), release)) return work.phase === 'idle' ? undefined : work.change.scaled;
  if (sameRelease(state.active, release)) return state.scaled;
  return sameRelease(state.previous, release) ? state.scaledBefore : undefined;
}

/**
 * The orders that come into force with a switch to `release`: of agents with bounds, as many as run now; of others, what
 * the release says, but for a rollback to the release before: as many as ran of it then.
 */
export function ordersAfter(
  state: AppState,
  release: ReleaseRef,
  agents: { readonly now: readonly Scalable[]; readonly next: readonly Scalable[] },
  how: { readonly isRollback: boolean; readonly by: string; readonly since: string },
): ScaledAgents {
  if (sameRelease(state.active, release)) return state.scaled ?? {};
  const { now, next } = agents;
  const carried = carriedOver(
    { agents: now, ...(state.scaled === undefined ? {} : { scaled: state.scaled }) },
    next,
    how,
  );
  if (!how.isRollback || !sameRelease(state.previous, release)) return carried;
  const plain = new Set(next.filter(({ scaling }) => scaling === undefined).map(({ name }) => name));
  const before = Object.entries(state.scaledBefore ?? {}).filter(([name]) => plain.has(name));
  return { ...Object.fromEntries(before), ...carried };
}

/** As a member of the state: none where there are no orders. */
export const membersOf = (scaled: ScaledAgents | undefined): { readonly scaled?: ScaledAgents } =>
  scaled === undefined || Object.keys(scaled).length === 0 ? {} : { scaled };

/** The same, of the release before. */
export const beforeOf = (scaled: ScaledAgents | undefined): { readonly scaledBefore?: ScaledAgents } =>
  scaled === undefined || Object.keys(scaled).length === 0 ? {} : { scaledBefore: scaled };
