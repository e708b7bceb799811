/** Looks up what a plan tells besides what is done: history, and what runs now. Without Redis it tells less. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Details } from '../rollout/plan-details.js';
import { ofApp } from '@outrider/shared/domain/rollout-place.js';
import { keyOf, type Target } from '../rollout/plan-host.js';
import type { AgentMoment } from '../rollout/start-times.js';
import type { Planned } from '../rollout/plan.js';
import type { Releases, RolloutStore, SpecStore } from './ports.js';
import { Why } from './why.js';

export interface Lookups {
  readonly store: RolloutStore;
  readonly specs: SpecStore;
  /** The last so many events of the fleet, oldest first; absent: nobody keeps them. */
  readonly recentEvents?: (count: number) => Promise<readonly OutriderEvent[]>;
}

const ROLLOUTS_READ = 20;
const EVENTS_READ = 5_000;

export async function lookUp(
  apps: readonly string[],
  targets: readonly Target[],
  bakeMs: number,
  { store, specs, recentEvents }: Lookups,
): Promise<Details> {
  try {
    const [history, events, running] = await Promise.all([
      Promise.all(apps.map((app) => historyOf(app, store))),
      recentEvents?.(EVENTS_READ) ?? [],
      runningOn(targets, specs),
    ]);
    return { history: history.flat(), moments: momentsOf(events), running, bakeMs, notices: [] };
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    const notices = ['Redis does not answer, so how long it takes and which settings change is not known.'];
    return { history: [], moments: [], running: new Map(), bakeMs, notices };
  }
}

/** Newest first; of a rollout of several apps what concerns this one. */
async function historyOf(app: string, store: RolloutStore): Promise<readonly Rollout[]> {
  return (await store.list(app, ROLLOUTS_READ)).map(({ rollout }) => ofApp(rollout, app));
}

async function runningOn(targets: readonly Target[], specs: Lookups['specs']): Promise<ReadonlyMap<string, HostSpec>> {
  const found = await Promise.all(
    targets.map(async (target) => {
      const { from } = target;
      const text = from === undefined ? undefined : await specs.loadSpec(from.specDigest);
      return text === undefined ? [] : [[keyOf(target), JSON.parse(text) as HostSpec] as const];
    }),
  );
  return new Map(found.flat());
}

/** None of it is in the id of the plan: it follows from what is. */
export async function withReasons<P extends Planned>(
  planned: P,
  { running }: Pick<Details, 'running'>,
  releases: Pick<Releases, 'manifest'>,
): Promise<P> {
  const why = new Why(releases);
  const hosts = await Promise.all(
    planned.plan.hosts.map(async (host) => {
      const target = planned.targets.find((one) => one.host.name === host.host && one.app === host.app);
      if (target === undefined) return host;
      return { ...host, actions: await why.explained(host.actions, running.get(keyOf(target)), target.spec) };
    }),
  );
  return { ...planned, plan: { ...planned.plan, hosts } };
}

function momentsOf(events: readonly OutriderEvent[]): readonly AgentMoment[] {
  return events.flatMap(({ type, host, app, agent, instance = 0, at }) =>
    (type === 'agent.starting' || type === 'agent.ready') &&
    host !== undefined &&
    app !== undefined &&
    agent !== undefined
      ? [{ type, host, app, agent, instance, at: Date.parse(at) }]
      : [],
  );
}
