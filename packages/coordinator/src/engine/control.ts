/** Pause, resume, promote and abort of a rollout that is under way. */
import { type ControlAction, hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { isAbout } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
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

export async function control(
  { id, app, action, by, urgent = false }: Order,
  runs: ReadonlyMap<string, RolloutRun>,
  { store, clock }: { readonly store: RolloutStore; readonly clock: Clock },
): Promise<Rollout> {
  const run = id === '' ? onlyRun(app, runs) : runs.get(id);
  if (run === undefined) return ended(id, action, store);
  if (action === 'abort' && !urgent) refuseAbort(run.rollout);
  const event = { kind: action, by, at: clock.now() };
  const rollout = await run.post(action === 'abort' && urgent ? { ...event, kind: 'abort', urgent } : event);
  const isHastened = urgent && rollout.urgent === true;
  if (!isHastened && !isAsAsked(rollout, action)) throw new OutriderError('refused', explain(rollout));
  return rollout;
}

/** It may have gone on, or turned to failure, while the wish was on its way. */
function isAsAsked({ phase, paused, promotedBy, abortedBy }: Rollout, action: ControlAction): boolean {
  if (action === 'pause') return paused;
  if (action === 'promote') return promotedBy !== undefined;
  if (abortedBy !== undefined) return true;
  if (action === 'resume') return !paused;
  return phase === 'rolling_back' || phase === 'rolled_back' || phase === 'aborted' || phase === 'stuck';
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

/** The same wish again, once it has come true, is granted; any other comes too late. */
async function ended(id: string, action: ControlAction, store: RolloutStore): Promise<Rollout> {
  const stored = await store.load(id);
  if (stored === undefined) throw new OutriderError('not_found', `There is no rollout ${id}.`);
  const { rollout } = stored;
  const isSo =
    action === 'abort' ? rollout.abortedBy !== undefined : action === 'promote' && isAsAsked(rollout, action);
  if (hasEnded(rollout.phase) && isSo) return rollout;
  throw new OutriderError('refused', explain(rollout));
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
