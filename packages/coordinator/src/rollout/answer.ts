/** What became of a person's wish for a rollout, as a sentence: what was done, or why there was nothing to be done. */
import { type ControlAction, hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { explain } from './explain.js';
import { isFirstStage } from './first-stage.js';

export interface Answer {
  /** It is as was asked, now or before. */
  readonly isGranted: boolean;
  readonly sentence: string;
}

const granted = (sentence: string): Answer => ({ isGranted: true, sentence });
const refused = (sentence: string): Answer => ({ isGranted: false, sentence });

/** `before` and `after` the decision on it; it may have gone on, or failed, while the wish was on its way. */
export function answerTo(action: ControlAction, before: Rollout, after: Rollout): Answer {
  return ANSWERS[action](before, after);
}

/** To one that had ended before. The same wish again, once it has come true, is granted; any other comes too late. */
export function answerOfEnded(action: ControlAction, rollout: Rollout): Answer {
  const { id, kind, phase, abortedBy, promotedBy } = rollout;
  if (action === 'abort' && abortedBy !== undefined) return granted(`${id} was aborted by ${abortedBy} and has ended.`);
  if (action === 'promote' && promotedBy !== undefined) {
    return granted(`${id} was promoted by ${promotedBy} and has ended: nothing more is to be promoted.`);
  }
  const isDone = action === 'abort' && kind === 'rollout' && phase === 'succeeded';
  const undo = isDone ? ' "coordinator rollback" goes back to what ran before.' : '';
  return refused(`${id} has ended, so there is nothing to ${action}. ${explain(rollout)}${undo}`);
}

const ANSWERS: { readonly [A in ControlAction]: (before: Rollout, after: Rollout) => Answer } = {
  pause: (before, after) => {
    const { id, paused, awaiting, holding } = after;
    if (!paused) return refused(`There is nothing to pause. ${explain(after)}`);
    if (holding !== undefined) return granted(`${id} stands still already, since it is on hold.`);
    const resume = `"coordinator rollout resume ${id}"`;
    if (before.paused && before.pausedBy === after.pausedBy)
      return granted(`${id} was paused already; ${resume} ends it.`);
    const then = awaiting === undefined ? '' : ', also once its canary is promoted';
    return granted(`${id} is paused: no further host is switched before ${resume}${then}.`);
  },
  resume: (before, after) => {
    const { id, paused, awaiting } = after;
    if (awaiting !== undefined) {
      const promote = `its canary is well and waits for "coordinator rollout promote ${id}"`;
      return before.pausedBy === undefined
        ? refused(`${id} is not paused by anybody: ${promote}.`)
        : granted(`${id} is paused no more; ${promote}.`);
    }
    if (paused) return refused(explain(after));
    return granted(before.paused ? `${id} goes on.` : `${id} was not paused. ${explain(after)}`);
  },
  promote: (before, after) => {
    const { id, paused, promotedBy } = after;
    if (promotedBy === undefined) return refused(`Nothing is to be promoted: ${whyNot(after)}. ${explain(after)}`);
    const resume = `"coordinator rollout resume ${id}"`;
    if (before.promotedBy === undefined) {
      return granted(`${id} is promoted${paused ? `; it is paused, and goes on with ${resume}` : ' and goes on'}.`);
    }
    const again = `${id} was promoted already, by ${promotedBy}: nothing more is to be promoted.`;
    if (!paused) return granted(again);
    const said = `${again} It is paused, and goes on with ${resume}.`;
    return isFirstStage(after) ? granted(said) : refused(said);
  },
  abort: (before, after) => {
    const { id, kind, phase, abortedBy } = after;
    if (before.abortedBy !== undefined) return granted(`${id} was aborted already, by ${before.abortedBy}.`);
    if (abortedBy !== undefined) {
      const what = kind === 'rollback' ? 'no further host is told' : 'what was touched goes back';
      return granted(`${id} is aborted: ${what}.`);
    }
    const isBack = phase === 'rolling_back' || (hasEnded(phase) && phase !== 'succeeded');
    return isBack ? granted(`${id} has failed, and goes back by itself.`) : refused(explain(after));
  },
};

function whyNot(rollout: Rollout): string {
  if (rollout.kind === 'rollback') return 'a rollback has no canary';
  if (rollout.phase === 'rolling_back' || hasEnded(rollout.phase)) return 'it does not go on';
  if (rollout.holding !== undefined) return 'it is on hold, and "resume" tries again';
  const isSeen = rollout.hosts.some(({ state }) => state === 'trial');
  return isSeen ? 'it is past its canary' : 'its canary is not on trial yet';
}
