/** Makes the record of a rollout out of a plan. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutApp, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { joinedApps, placeKey, together } from '@outrider/shared/domain/rollout-place.js';
import { keyOf, type Target } from '../rollout/plan-host.js';
import { remember } from './remember.js';
import { mostCommon, type PlannedRollback } from './rollback-planner.js';

export interface NewRollout {
  readonly seq: number;
  /** One at least. */
  readonly apps: readonly RolloutApp[];
  readonly environment: string;
  readonly options: Rollout['options'];
  /** Left out since they are down. */
  readonly skipped?: readonly string[];
  /** Absent: none. */
  readonly gates?: NonNullable<Rollout['gates']>;
  /** Absent: none. */
  readonly hooks?: NonNullable<Rollout['hooks']>;
  readonly by: string;
  readonly requestId: string;
  readonly at: number;
}

/** With the host specs that its hosts fetch, by their digest. */
export function rolloutFrom(
  wanted: NewRollout,
  targets: readonly Target[],
  waves: readonly number[],
): { readonly rollout: Rollout; readonly specs: ReadonlyMap<string, string> } {
  const specs = new Map<string, string>();
  const hosts = targets.map((target, index): RolloutHost => {
    const { app, spec, from, to } = target;
    remember(spec, specs);
    const place = {
      ...{ host: keyOf(target), wave: waves[index] ?? 1, state: 'pending' as const, to, touched: false, step: 0 },
      ...(app === undefined ? {} : { app }),
    };
    if (from !== undefined) return { ...place, from };
    const empty: HostSpec = { ...spec, version: NOTHING, agents: [] };
    return { ...place, empty: { version: NOTHING, digest: spec.digest, specDigest: remember(empty, specs) } };
  });
  return { rollout: { ...record(wanted, hosts), kind: 'rollout' }, specs };
}

export function rollbackFrom(wanted: NewRollout, { targets, plan }: PlannedRollback): Rollout {
  const waves = new Map(plan.hosts.map(({ host, wave }) => [host, wave]));
  const hosts = targets.map(({ host, app, from, to, staged, after = [] }): RolloutHost => ({
    ...{ host: placeKey(host, app), wave: waves.get(host) ?? 1, to, touched: false, step: 0 },
    ...(app === undefined ? {} : { app }),
    state: staged ? 'staged' : 'pending',
    ...(after.length === 0 ? {} : { after: after.map((name) => placeKey(name, app)) }),
    ...(from === undefined ? {} : { from }),
  }));
  return { ...record(wanted, hosts), kind: 'rollback' };
}

/** The version of a release without agents: nothing of the app runs. */
const NOTHING = 'none';

function record(wanted: NewRollout, hosts: readonly RolloutHost[]): Omit<Rollout, 'kind'> {
  const { seq, at, requestId, apps: asked, skipped = [], ...rest } = wanted;
  const apps = asked.map((one) => ({
    ...one,
    ...cameFrom(asked.length === 1 ? hosts : hosts.filter(({ app }) => app === one.app)),
  }));
  const from = together(apps.flatMap(({ fromVersion }) => fromVersion ?? []));
  return {
    ...rest,
    app: joinedApps(apps.map(({ app }) => app)),
    ...(apps.length === 1 ? {} : { apps }),
    version: together(apps.map(({ version }) => version)),
    digest: apps[0]?.digest ?? '',
    id: `r${seq}`,
    seq,
    phase: 'staging',
    paused: false,
    hosts,
    startedAt: at,
    steps: 0,
    ...(from === '' ? {} : { fromVersion: from }),
    ...(skipped.length === 0 ? {} : { skipped }),
    ...(requestId === '' ? {} : { requestId }),
  };
}

/** The version that most of them run. */
function cameFrom(hosts: readonly RolloutHost[]): Pick<RolloutApp, 'fromVersion'> {
  const version = mostCommon(hosts.flatMap((host) => (host.from === undefined ? [] : [host.from.version])));
  return version === '' ? {} : { fromVersion: version };
}
