/** Starts rollouts and rollbacks: planned, refused or written with their first decision. */
import type { OnLeaseEnd, Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { appsIn, sharedApp, shownHosts } from '@outrider/shared/domain/rollout-place.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RollbackAsk, RolloutAsk } from '../api/ports.js';
import { begin } from '../rollout/begin.js';
import { newGate } from '../rollout/gate-cells.js';
import { ruleOf } from '../rollout/strategy.js';
import { type Limits } from '../rollout/decision.js';
import { rollbackFrom, rolloutFrom } from './new-rollout.js';
import { hooksOfLeft } from './left-hooks.js';
import { type PlannedRelease, planRelease } from './planner.js';
import type { RolloutStore } from './ports.js';
import { planRollbackOf } from './rollback-of-apps.js';
import type { RollbackOptions } from './rollback-planner.js';
import type { Reign } from './reign.js';
import { awaitIdle, supersede } from './superseding.js';

export interface StartOptions extends RollbackOptions {
  readonly store: RolloutStore;
  readonly clock: Clock;
  readonly environment: string;
  readonly limits?: Partial<Limits>;
  /** The environment's policy for trials; absent: revert. */
  readonly onLeaseEnd?: OnLeaseEnd;
}

export interface Begun {
  readonly plan: Plan;
  /** Absent: everything is as asked already. */
  readonly rollout?: Rollout;
}

/** T of rollbacks, which have no trial: how long hosts that can't be reached are waited for. */
const ROLLBACK_PATIENCE_MS = 30_000;

export async function beginRollout(ask: RolloutAsk, reign: Reign, options: StartOptions): Promise<Begun> {
  const { store, specs, clock, environment } = options;
  const planned = await planRelease(ask, options);
  const { releases, plan, targets, waves, gates, hooks, world, skipped } = planned;
  const before = await earlier(ask.requestId, plan.app, store);
  if (before !== undefined) return { plan, rollout: before };
  if (ask.supersede) {
    // Nothing is taken back for what can't begin.
    if (!world) throw refusal(planned);
    await supersede(planned, ask, reign, clock);
  }
  await refuseSecond(plan.app, options, ', or replace it with --supersede');
  if (plan.problems.length > 0) throw refusal(planned);
  if (ask.supersede) await awaitIdle(planned, store);
  refuseOtherPlan(ask, plan);
  if (targets.length === 0) return { plan };
  const { by, requestId } = ask;
  const made = rolloutFrom(
    {
      apps: releases.map(({ app, version, digest }) => ({ app, version, digest })),
      ...{ environment, by, requestId, skipped },
      seq: await nextSequence(options),
      ...(gates.length === 0 ? {} : { gates: gates.map(newGate) }),
      ...(hooks.length === 0 ? {} : { hooks }),
      options: optionsOf(ask, plan, options),
      at: clock.now(),
    },
    targets,
    waves,
  );
  await specs.saveSpecs(made.specs);
  return { plan, rollout: await open(made.rollout, plan, reign, options) };
}

/** @throws OutriderError('refused') */
export function refuseOtherPlan({ expectPlan }: Pick<RolloutAsk, 'expectPlan'>, { plan }: Plan): void {
  if (expectPlan === undefined || expectPlan === plan) return;
  throw new OutriderError(
    'refused',
    `The plan is another by now: ${plan} instead of ${expectPlan}. Look at it again with --plan.`,
  );
}

const refusal = ({ plan, world }: Pick<PlannedRelease, 'plan' | 'world'>): OutriderError =>
  new OutriderError(world ? 'refused' : 'invalid', plan.problems.join('\n'));

function optionsOf(
  ask: RolloutAsk,
  { canaryWave }: Plan,
  { onLeaseEnd }: Pick<StartOptions, 'onLeaseEnd'>,
): Rollout['options'] {
  const { bakeMs, confirmWithinMs, commit, skipDown, message, strategy, onFailure, noMonitoring, agents = [] } = ask;
  return {
    ...{ strategy, bakeMs, confirmWithinMs, commit, skipDown, onFailure },
    ...(canaryWave === undefined ? {} : { canaryWave }),
    ...(canaryWave !== undefined && ruleOf(ask).awaitPromotion ? { awaitPromotion: true } : {}),
    ...(onLeaseEnd === undefined ? {} : { onLeaseEnd }),
    ...(noMonitoring === true ? { noMonitoring } : {}),
    ...(agents.length === 0 ? {} : { agents }),
    ...(message === undefined ? {} : { message }),
  };
}

export async function beginRollback(ask: RollbackAsk, reign: Reign, options: StartOptions): Promise<Begun> {
  const { store, specs, clock, environment } = options;
  const { app, by, requestId, message, strategy, bakeMs, agents = [] } = ask;
  const before = await earlier(requestId, app, store);
  if (before !== undefined) return { plan: planOf(before), rollout: before };
  await refuseSecond(app, options, ', or bring everything back at once with "coordinator emergency"');
  const planned = await planRollbackOf(appsIn(app), ask, options);
  const { plan, targets, apps } = planned;
  if (targets.length === 0) return { plan };
  await specs.saveSpecs(planned.specs);
  const hooks = strategy === 'emergency' ? [] : await hooksOfLeft(apps, targets, options);
  const wanted = {
    ...{ apps, environment, by, requestId },
    ...(hooks.length === 0 ? {} : { hooks }),
    seq: await nextSequence(options),
    options: {
      ...{ strategy, bakeMs, confirmWithinMs: ROLLBACK_PATIENCE_MS, commit: 'each' as const, skipDown: false },
      ...(agents.length === 0 ? {} : { agents }),
      ...(message === undefined ? {} : { message }),
    },
    at: clock.now(),
  };
  return { plan, rollout: await open(rollbackFrom(wanted, planned), plan, reign, options) };
}

async function open(rollout: Rollout, plan: Plan, reign: Reign, options: StartOptions): Promise<Rollout> {
  const run = reign.adopt({ rollout, revision: 0 });
  try {
    return await run.open(begin(rollout, { ...reign.limits }), plan);
  } catch (error) {
    await refuseSecond(rollout.app, options);
    throw error;
  }
}

/** The same request again, e.g. because its answer was lost on the way. */
async function earlier(requestId: string, app: string, store: RolloutStore): Promise<Rollout | undefined> {
  if (requestId === '') return undefined;
  const [first] = appsIn(app);
  return (await store.list(first, 50)).find(({ rollout }) => rollout.requestId === requestId)?.rollout;
}

/** `more`: what else can be done about it, as the end of a sentence. */
async function refuseSecond(app: string, { store, clock }: StartOptions, more = ''): Promise<void> {
  const other = (await store.underWay()).find(({ rollout }) => sharedApp(rollout, appsIn(app)) !== undefined)?.rollout;
  if (other === undefined) return;
  const seconds = Math.max(0, Math.round((clock.now() - other.startedAt) / 1000));
  const since = new Date(other.startedAt).toISOString();
  throw new OutriderError(
    'refused',
    `A ${other.kind} of ${other.app} to ${other.version} (${other.id}) is under way, started by ${other.by} ${seconds} s ago (${since}). ` +
      `Watch it with "coordinator rollout watch ${other.id}", stop it with "coordinator rollout abort ${other.id}"${more}.`,
  );
}

/** Above whatever any host has seen, also where Redis has forgotten it. */
function nextSequence({ store, fleet }: StartOptions): Promise<number> {
  const seen = fleet.hosts().flatMap((host) => host.status?.apps ?? []);
  return store.nextSequence(Math.max(0, ...seen.map(({ fence }) => fence?.rollout ?? 0)));
}

/** What a rollback that runs already is about. */
function planOf(rollout: Rollout): Plan {
  const { app, version, id } = rollout;
  const planned = shownHosts(rollout).map(({ host, app: of, wave, from }) => ({
    ...{ host, wave, actions: [] },
    ...(of === undefined ? {} : { app: of }),
    ...(from === undefined ? {} : { from: from.version }),
  }));
  return { plan: id, app, version, hosts: planned, problems: [] };
}
