/** Makes the record of a rollout out of a plan. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Target } from '../rollout/plan-host.js';
import { mostCommon, type PlannedRollback, remember } from './rollback-planner.js';

export interface NewRollout {
  readonly seq: number;
  readonly app: string;
  readonly environment: string;
  readonly version: string;
  readonly digest: string;
  readonly options: Rollout['options'];
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
  const hosts = targets.map(({ host, spec, from, to }, index): RolloutHost => {
    remember(spec, specs);
    const place = { host: host.name, wave: waves[index] ?? 1, state: 'pending' as const, to, touched: false, step: 0 };
    if (from !== undefined) return { ...place, from };
    const empty: HostSpec = { ...spec, version: NOTHING, agents: [] };
    return { ...place, empty: { version: NOTHING, digest: spec.digest, specDigest: remember(empty, specs) } };
  });
  return { rollout: { ...record(wanted, hosts), kind: 'rollout' }, specs };
}

export function rollbackFrom(wanted: NewRollout, { targets }: PlannedRollback): Rollout {
  const hosts = targets.map(({ host, from, to, staged }, index): RolloutHost => ({
    ...{ host, wave: index + 1, to, touched: false, step: 0 },
    state: staged ? 'staged' : 'pending',
    ...(from === undefined ? {} : { from }),
  }));
  return { ...record(wanted, hosts), kind: 'rollback' };
}

/** The version of a release without agents: nothing of the app runs. */
const NOTHING = 'none';

function record(wanted: NewRollout, hosts: readonly RolloutHost[]): Omit<Rollout, 'kind'> {
  const { seq, at, requestId, ...rest } = wanted;
  const from = mostCommon(hosts.flatMap((host) => (host.from === undefined ? [] : [host.from.version])));
  return {
    ...rest,
    id: `r${seq}`,
    seq,
    phase: 'staging',
    paused: false,
    hosts,
    startedAt: at,
    steps: 0,
    ...(from === '' ? {} : { fromVersion: from }),
    ...(requestId === '' ? {} : { requestId }),
  };
}
