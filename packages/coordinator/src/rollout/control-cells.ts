/** What people ask of a rollout while it runs. */
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { fail } from './failing.js';
import { advance } from './forward.js';
import { beginGates, gateTimeMs } from './gate-cells.js';

/** Nothing new begins; what was told stays told. Neither the bake nor the deadline counts on. */
export function pause(draft: Draft, { by, at }: EventOf<'pause'>): void {
  const { paused, bakeUntil, bakeDone } = draft.rollout;
  if (paused) return;
  draft.set({ paused: true, deadline: undefined });
  if (bakeUntil !== undefined) draft.set({ bakeUntil: undefined, bakeLeftMs: Math.max(0, bakeUntil - at) });
  if (bakeDone === true) draft.set({ bakeDone: undefined, bakeLeftMs: 0 });
  draft.tell({ type: 'rollout.paused', by });
}

export function resume(draft: Draft, { by, at }: EventOf<'resume'>): void {
  const { paused, bakeLeftMs, phase, options, hosts } = draft.rollout;
  if (!paused) return;
  draft.set({ paused: false, pausedFor: undefined, deadline: at + waitOf(draft) });
  const stillWell = hosts.every((host) => host.state !== 'trial' || host.well === true);
  if (phase === 'baking' && stillWell) {
    draft.set({ bakeUntil: at + (bakeLeftMs ?? options.bakeMs) });
  }
  if (phase === 'baking') beginGates(draft);
  draft.set({ bakeLeftMs: undefined });
  draft.tell({ type: 'rollout.resumed', by });
  advance(draft);
}

/** Deadlines begin anew when the pause is over. */
function waitOf(draft: Draft): number {
  const { phase, options } = draft.rollout;
  const { limits } = draft;
  if (phase === 'staging') return limits.stageMs;
  if (phase === 'committing') return options.confirmWithinMs + limits.commitMs;
  return limits.switchMs + (phase === 'baking' ? options.bakeMs + gateTimeMs(draft.rollout) : 0);
}

export function abort(draft: Draft, { by }: EventOf<'abort'>): void {
  fail(draft, { reason: `aborted by ${by}`, abortedBy: by });
}
