/** `--supersede`: what is under way of the same apps ends first. */
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsIn, sharedApp } from '@outrider/shared/domain/rollout-place.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RolloutAsk } from '../api/ports.js';
import { explain } from '../rollout/explain.js';
import { busyHosts, busyWords } from '../rollout/plan-busy.js';
import type { PlannedRelease } from './planner.js';
import type { RolloutStore } from './ports.js';
import type { Reign } from './reign.js';

/**
 * Takes back what is under way, as far as that can be aborted; its end is not waited for here.
 * @throws OutriderError('unavailable') until it has ended, 'refused' where the very same is under way
 */
export async function supersede(
  { releases: [release], plan }: PlannedRelease,
  ask: RolloutAsk,
  reign: Pick<Reign, 'runs'>,
  clock: Pick<Clock, 'now'>,
): Promise<void> {
  const runs = [...reign.runs.values()].filter(({ rollout }) => sharedApp(rollout, appsIn(plan.app)) !== undefined);
  const [first] = runs;
  if (first === undefined) return;
  const same = runs.find(({ rollout }) => goesThere(rollout, plan.app, release));
  if (same !== undefined) throw alreadyOnItsWay(same.rollout);
  for (const run of runs) {
    if (run.rollout.abortedBy !== undefined || run.rollout.phase === 'rolling_back') continue;
    await run.post({ kind: 'abort', by: `${ask.by}, who supersedes it with ${release.version}`, at: clock.now() });
  }
  const { rollout } = first;
  throw new OutriderError(
    'unavailable',
    `${rollout.id} has to end before ${release.version} can begin: ${explain(rollout)}`,
  );
}

const goesThere = (rollout: Rollout, app: string, to: Pick<Rollout, 'version' | 'digest'>): boolean =>
  rollout.kind === 'rollout' &&
  rollout.app === app &&
  rollout.version === to.version &&
  rollout.digest === to.digest &&
  rollout.phase !== 'rolling_back' &&
  rollout.holding === undefined;

const alreadyOnItsWay = ({ id, app, version }: Rollout): OutriderError =>
  new OutriderError(
    'refused',
    `${id} brings ${version} of ${app} already, so there is nothing to supersede. Watch it with "coordinator rollout ` +
      `watch ${id}", or begin anew once "coordinator rollout abort ${id}" has taken it back.`,
  );

/**
 * The plan may be of a moment before the end of what was superseded: then it is made again.
 * @throws OutriderError('unavailable') where that will do, 'refused' where a host does not come out of it
 */
export async function awaitIdle({ targets }: PlannedRelease, store: Pick<RolloutStore, 'load'>): Promise<void> {
  for (const busy of busyHosts(targets)) {
    const stored = busy.isStuck ? undefined : await store.load(busy.rollout);
    const hasCome = stored !== undefined && hasEnded(stored.rollout.phase) && stored.rollout.phase !== 'stuck';
    if (hasCome) throw new OutriderError('unavailable', `${busyWords(busy)}, which has ended: a moment more.`);
    throw new OutriderError('refused', `${busyWords(busy)}; wait until it has ended.`);
  }
}
