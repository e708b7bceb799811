/** What people ask of a rollout while it runs. Each may be said twice. */
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { fail } from './failing.js';
import { isFirstStage, isPromotedStage } from './first-stage.js';
import { advance } from './forward.js';
import { beginGates, gateTimeMs } from './gate-cells.js';
import { tryAgain } from './holding.js';
import { passFailedHooks } from './hooks.js';

/** Nothing new begins; what was told stays told. Neither the bake nor the deadline counts on. */
export function pause(draft: Draft, { by, at }: EventOf<'pause'>): void {
  const { paused, pausedBy, awaiting, pausedFor, bakeUntil, bakeDone } = draft.rollout;
  // What stands still by itself is held by hand too, and goes on by hand; what is on hold needs a person anyway.
  const byItself = awaiting !== undefined || pausedFor !== undefined;
  if (paused && (!byItself || pausedBy !== undefined)) return;
  draft.set({ paused: true, pausedBy: by, deadline: undefined });
  if (bakeUntil !== undefined) draft.set({ bakeUntil: undefined, bakeLeftMs: Math.max(0, bakeUntil - at) });
  if (bakeDone === true) draft.set({ bakeDone: undefined, bakeLeftMs: 0 });
  draft.tell({ type: 'rollout.paused', by });
}

/** Also ends a hold. What waits to be promoted is promoted, not resumed: there it ends the pause by hand alone. */
export function resume(draft: Draft, { by }: EventOf<'resume'>): void {
  const { paused, pausedBy, awaiting } = draft.rollout;
  if (!paused) return;
  if (awaiting !== undefined) {
    if (pausedBy === undefined) return;
    draft.set({ pausedBy: undefined });
    draft.tell({ type: 'rollout.resumed', by });
    return;
  }
  passFailedHooks(draft);
  tryAgain(draft);
  draft.tell({ type: 'rollout.resumed', by });
  goOn(draft);
}

/**
 * The canary (without one: the first wave) is good enough: what is left of its bake, and of the wait, is over, and no
 * gate is asked any more.
 */
export function promote(draft: Draft, { by }: EventOf<'promote'>): void {
  const { promotedBy, holding, awaiting, paused, pausedFor, pausedBy } = draft.rollout;
  if (promotedBy !== undefined || holding !== undefined || !isFirstStage(draft.rollout)) return;
  draft.set({ promotedBy: by, awaiting: undefined });
  draft.tell({ type: 'rollout.promoted', by });
  // Who has paused it by hand resumes it by hand.
  const byItself = awaiting !== undefined || pausedFor !== undefined;
  if (!paused || (byItself && pausedBy === undefined)) {
    passFailedHooks(draft);
    goOn(draft);
  }
}

/** Deadlines begin anew when the pause is over; the bake goes on with what was left of it, unless it was promoted. */
function goOn(draft: Draft): void {
  const { phase, options, hosts, bakeLeftMs = options.bakeMs } = draft.rollout;
  const left = isPromotedStage(draft.rollout) ? 0 : bakeLeftMs;
  draft.set({
    paused: false,
    pausedFor: undefined,
    pausedBy: undefined,
    bakeLeftMs: undefined,
    deadline: draft.at + waitOf(draft),
  });
  const allWell = hosts.every((host) => host.state !== 'trial' || host.well === true);
  if (phase === 'baking' && allWell) draft.set({ bakeUntil: draft.at + left });
  if (phase === 'baking') beginGates(draft);
  advance(draft);
}

function waitOf(draft: Draft): number {
  const { phase, options } = draft.rollout;
  const { limits } = draft;
  if (phase === 'staging') return limits.stageMs;
  if (phase === 'committing') return options.confirmWithinMs + limits.commitMs;
  return limits.switchMs + (phase === 'baking' ? options.bakeMs + gateTimeMs(draft.rollout) : 0);
}

/** After the decision to commit only what is on hold can be aborted, or anything in an emergency. */
export function abortHeld(draft: Draft, event: EventOf<'abort'>): void {
  if (draft.rollout.holding !== undefined || event.urgent === true) abort(draft, event);
}

export function abort(draft: Draft, { by, urgent }: EventOf<'abort'>): void {
  if (urgent === true) draft.set({ urgent });
  fail(draft, { reason: `aborted by ${by}`, abortedBy: by });
}
