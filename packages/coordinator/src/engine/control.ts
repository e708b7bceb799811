/** Pause, resume, promote and abort of a rollout that is under way. */
import { type ControlAction, hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { isAbout } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { type Answer, answerOfEnded, answerTo } from '../rollout/answer.js';
import { explain } from '../rollout/explain.js';
import type { RolloutStore } from './ports.js';
import type { RolloutRun } from './rollout-run.js';

interface Order {
  /** Empty: the one that runs (of `app`, where that is not empty). */
  readonly id: string;
  readonly app: string;
  readonly action: ControlAction;
  readonly by: string;
  /** Of an abort: an emergency. All goes back at once, without grace; a rollback goes on so. */
  readonly urgent?: boolean;
}

/** The rollout afterwards, and what became of the wish, as a sentence. */
export interface Controlled extends Rollout {
  readonly answer: string;
}

/** @throws OutriderError('refused') where it is not as was asked */
export async function control(
  { id, app, action, by, urgent = false }: Order,
  runs: ReadonlyMap<string, RolloutRun>,
  { store, clock }: { readonly store: RolloutStore; readonly clock: Clock },
): Promise<Controlled> {
  const run = id === '' ? onlyRun(app, runs) : runs.get(id);
  if (run === undefined) return ended(id, action, store);
  const before = run.rollout;
  if (action === 'abort' && !urgent) refuseAbort(before);
  const event = { kind: action, by, at: clock.now() };
  const after = await run.post(action === 'abort' && urgent ? { ...event, kind: 'abort', urgent } : event);
  // What goes back already is hastened, and not aborted.
  if (urgent && after.urgent === true) return { ...after, answer: explain(after) };
  return asAnswered(after, answerTo(action, before, after));
}

function asAnswered(rollout: Rollout, { isGranted, sentence }: Answer): Controlled {
  if (!isGranted) throw new OutriderError('refused', sentence);
  return { ...rollout, answer: sentence };
}

function onlyRun(app: string, runs: ReadonlyMap<string, RolloutRun>): RolloutRun {
  const found = [...runs.values()].filter((run) => isAbout(run.rollout, app));
  const [only] = found;
  if (only === undefined) throw new OutriderError('refused', 'No rollout is under way.');
  if (found.length > 1) {
    const ids = found.map(({ rollout }) => `${rollout.id} (${rollout.app})`).join(', ');
    throw new OutriderError('invalid', `Several rollouts are under way: ${ids}. Name one.`);
  }
  return only;
}

async function ended(id: string, action: ControlAction, store: RolloutStore): Promise<Controlled> {
  const stored = await store.load(id);
  if (stored === undefined) throw new OutriderError('not_found', `There is no rollout ${id}.`);
  const { rollout } = stored;
  // It may be that nobody has taken it up yet.
  if (!hasEnded(rollout.phase)) throw new OutriderError('refused', explain(rollout));
  return asAnswered(rollout, answerOfEnded(action, rollout));
}

/** Past the decision to commit there is nothing to abort, only to undo. */
function refuseAbort({ id, phase, holding }: Rollout): void {
  if ((phase === 'committing' && holding === undefined) || hasEnded(phase)) {
    throw new OutriderError(
      'refused',
      `${id} is decided already; undo it with "coordinator rollback" when it has ended.`,
    );
  }
}
