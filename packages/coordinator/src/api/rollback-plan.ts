/** What POST /rollback would do, app by app and host by host, by the same rules. Changes nothing. */
import { hostEnds } from '@outrider/shared/domain/host-ends.js';
import type { Plan, RollbackStrategy, Rollout } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout } from '@outrider/shared/domain/rollout-place.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Inside } from './inside.js';
import { leftOut, readWaysBack, requestOf, underWay, type WayBack } from './rollback-ask.js';
import { isGoingBack, wayBack } from './way-back.js';

export interface PlannedEnd {
  readonly host: string;
  readonly app: string;
  /** Versions; null: nothing of the app. */
  readonly from: string | null;
  readonly to: string | null;
  /** False: it stays as it is. */
  readonly moves: boolean;
  /** Only these change; absent: whatever differs. */
  readonly agents?: readonly string[];
}

export const PART_ACTIONS = ['begin', 'abort', 'hasten', 'go_on', 'none', 'refuse'] as const;

export interface PlannedPart {
  /** `begin` a rollback; of what is under way: `abort`, `hasten`, or let it `go_on`; `none`: all is back already. */
  readonly action: (typeof PART_ACTIONS)[number];
  /** Of several: `a,b`. */
  readonly app: string;
  /** What is under way. */
  readonly rollout?: string;
  readonly hosts: readonly PlannedEnd[];
  /** Sentences: why hosts stay, why nothing is begun, how what is under way stands. */
  readonly reasons: readonly string[];
}

export interface RollbackPlan {
  readonly strategy: RollbackStrategy;
  /** Something would be done; false: POST /rollback would be refused, and the reasons say why. */
  readonly possible: boolean;
  readonly parts: readonly PlannedPart[];
}

/** `body`: that of POST /rollback. @throws OutriderError('invalid' | 'refused') */
export async function planRollback(
  inside: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<RollbackPlan> {
  const { apps, ask } = await readWaysBack(inside, body);
  const parts: PlannedPart[] = [];
  for (const name of apps) {
    const running = await underWay(inside, name);
    // One of several apps goes back as a whole, and is told once.
    if (running !== undefined && parts.some(({ rollout }) => rollout === running.id)) continue;
    parts.push(await partOf(inside, { ...ask, app: name }, running, by));
  }
  return {
    strategy: ask.strategy,
    possible: parts.some(({ action }) => action !== 'none' && action !== 'refuse'),
    parts,
  };
}

async function partOf(inside: Inside, ask: WayBack, running: Rollout | undefined, by: string): Promise<PlannedPart> {
  try {
    return running === undefined ? await begunPart(inside, ask, by) : underWayPart(inside, ask, running);
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    const rollout = running === undefined ? {} : { rollout: running.id };
    return { action: 'refuse', app: ask.app, ...rollout, hosts: [], reasons: [messageOf(error)] };
  }
}

async function begunPart(inside: Inside, ask: WayBack, by: string): Promise<PlannedPart> {
  const { fleet, rollouts } = inside;
  const plan = await rollouts.planRollback({ ...requestOf(fleet, ask), by, requestId: 'plan' });
  const moving = plan.hosts.map((host) => plannedEnd(plan, host));
  const reasons = plan.notices ?? [];
  return {
    action: moving.length === 0 ? 'none' : 'begin',
    app: ask.app,
    hosts: [...moving, ...staying(inside, [ask.app], moving)],
    reasons: moving.length === 0 && reasons.length === 0 ? ['Everything is as asked already.'] : reasons,
  };
}

function plannedEnd(plan: Plan, { host, app, from, to, actions }: Plan['hosts'][number]): PlannedEnd {
  const changed = [...new Set(actions.filter(({ action }) => action !== 'keep').map(({ agent }) => agent))];
  return {
    ...{ host, app: app ?? plan.app, from: from ?? null, to: to ?? plan.version, moves: true },
    ...(plan.agents === undefined ? {} : { agents: changed.length === 0 ? plan.agents : changed }),
  };
}

function underWayPart(inside: Inside, ask: WayBack, running: Rollout): PlannedPart {
  const way = wayBack(running, ask);
  const ends = hostEnds(running, way).map(({ from = null, to = null, ...end }) => ({ ...end, from, to }));
  const apps = appsOfRollout(running).map(({ app }) => app);
  return {
    action: way === 'go_on' ? 'go_on' : isGoingBack(running) ? 'hasten' : 'abort',
    ...{ app: running.app, rollout: running.id },
    hosts: [...ends, ...staying(inside, apps, ends)],
    reasons: [
      inside.rollouts.explain(running),
      ...(running.kind === 'rollback' ? apps.flatMap((app) => leftOut(inside.fleet, app, running)) : []),
    ],
  };
}

/** Hosts with one of these apps that nothing is done to. */
const staying = ({ fleet }: Inside, apps: readonly string[], known: readonly PlannedEnd[]): readonly PlannedEnd[] =>
  fleet.hosts().flatMap(({ name: host, status }) =>
    (status?.apps ?? [])
      .filter(({ app }) => apps.includes(app) && !known.some((one) => one.host === host && one.app === app))
      .map(({ app, active }) => {
        const version = active?.version ?? null;
        return { host, app, from: version, to: version, moves: false };
      }),
  );
