/**
 * The rollout's state machine: each phase times each event is a written cell, and `stay` is a decision.
 * A cell that is missing does not compile. Never waits, never asks the time: it is in the event.
 */
import { hasEnded, type Rollout, type RolloutPhase } from '@outrider/shared/domain/rollout.js';
import { backRefused, backReport, backTick, backUnreachable } from './back-cells.js';
import { abort, abortHeld, pause, promote, resume } from './control-cells.js';
import {
  type Decision,
  DEFAULT_LIMITS,
  type EventOf,
  type Limits,
  type RolloutEvent,
  type RolloutEventKind,
} from './decision.js';
import { Draft } from './draft.js';
import { advance } from './forward.js';
import { noteSteadiness } from './steadiness.js';
import { hasten } from './take-back.js';
import {
  committingReport,
  deadlineTick,
  gateVerdict,
  refused,
  stagingReport,
  trialReport,
  unreachableOnTrial,
} from './forward-cells.js';
import { hookAtEnd, hookBack, hookForward, hookOfRollback } from './hook-cells.js';
import {
  rollbackAbort,
  rollbackRefused,
  rollbackReport,
  rollbackResume,
  rollbackTick,
  rollbackUnreachable,
} from './rollback-cells.js';

export type Cell<K extends RolloutEventKind> = (draft: Draft, event: EventOf<K>) => void;
type Row = { readonly [K in RolloutEventKind]: Cell<K> };
export type Table = { readonly [P in RolloutPhase]: Row };

/** Nothing changes. */
export function stay(): void {
  // That is all.
}

const ENDED: Row = {
  report: stay,
  tick: stay,
  pause: stay,
  resume: stay,
  promote: stay,
  abort: stay,
  refused: stay,
  unreachable: stay,
  gate: stay,
  hook: stay,
};

/** How it ends is decided, and the hooks after it have still to run: hosts are heard no more. */
export const ENDING: Row = { ...ENDED, hook: hookAtEnd };

/** Going to a new release. After the decision to commit there is no abort, unless it is on hold: a rollback undoes it. */
export const ROLLOUT_TABLE: Table = {
  staging: {
    report: stagingReport,
    tick: deadlineTick,
    pause,
    resume,
    promote: stay,
    abort,
    refused,
    unreachable: stay,
    gate: stay,
    hook: hookForward,
  },
  switching: {
    report: trialReport,
    tick: deadlineTick,
    pause,
    resume,
    promote,
    abort,
    refused,
    unreachable: unreachableOnTrial,
    gate: stay,
    hook: hookForward,
  },
  // Whoever bakes has accepted its last command.
  baking: {
    report: trialReport,
    tick: deadlineTick,
    pause,
    resume,
    promote,
    abort,
    refused: stay,
    unreachable: unreachableOnTrial,
    gate: gateVerdict,
    hook: hookForward,
  },
  committing: {
    report: committingReport,
    tick: deadlineTick,
    pause,
    resume,
    promote: stay,
    abort: abortHeld,
    refused,
    unreachable: unreachableOnTrial,
    gate: stay,
    hook: hookForward,
  },
  rolling_back: {
    report: backReport,
    tick: backTick,
    pause: stay,
    resume: stay,
    promote: stay,
    abort: hasten,
    refused: backRefused,
    unreachable: backUnreachable,
    gate: stay,
    hook: hookBack,
  },
  succeeded: ENDED,
  rolled_back: ENDED,
  aborted: ENDED,
  stuck: ENDED,
};

const ROLLBACK: Row = {
  report: rollbackReport,
  tick: rollbackTick,
  pause,
  resume: rollbackResume,
  promote: stay,
  abort: rollbackAbort,
  refused: rollbackRefused,
  unreachable: rollbackUnreachable,
  gate: stay,
  hook: hookOfRollback,
};

/** Going back to a release that was good: no trial, so nothing to bake, to promote or to commit. */
export const ROLLBACK_TABLE: Table = {
  staging: ROLLBACK,
  switching: ROLLBACK,
  baking: ENDED,
  committing: ENDED,
  rolling_back: ENDED,
  succeeded: ENDED,
  rolled_back: ENDED,
  aborted: ENDED,
  stuck: ENDED,
};

export function decide(rollout: Rollout, event: RolloutEvent, limits: Limits = DEFAULT_LIMITS): Decision {
  const draft = new Draft(rollout, event.at, limits);
  const table = rollout.kind === 'rollout' ? ROLLOUT_TABLE : ROLLBACK_TABLE;
  const row = rollout.ending === undefined ? table[rollout.phase] : ENDING;
  const cell = row[event.kind] as Cell<RolloutEventKind>;
  const isOpen = !hasEnded(rollout.phase) && rollout.ending === undefined;
  const isSteadyAgain = event.kind === 'report' && rollout.kind === 'rollout' && isOpen && noteSteadiness(draft, event);
  cell(draft, event);
  if (isSteadyAgain) advance(draft);
  return draft.decision();
}
