/** What is remembered of a rollout that has ended, one record for each of its apps: small, and kept long after it. */
import { ENDED_PHASES, type EndPhase, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout, placeOf } from '@outrider/shared/domain/rollout-place.js';

export interface DeliveryRecord {
  /** Of the rollout. */
  readonly id: string;
  readonly kind: Rollout['kind'];
  readonly app: string;
  readonly version: string;
  /** What most hosts came from; absent: it was its first release. */
  readonly from?: string;
  readonly result: EndPhase;
  /** Epoch milliseconds, as are the times below. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** When the first host that ran it was told to go back; absent: none was. */
  readonly failedAt?: number;
}

/** None while it is under way. */
export function deliveriesOf(rollout: Rollout): readonly DeliveryRecord[] {
  const result = ENDED_PHASES.find((phase) => phase === rollout.phase);
  if (result === undefined) return [];
  const { id, kind, startedAt, endedAt = startedAt } = rollout;
  return appsOfRollout(rollout).map(({ app, version, fromVersion }) => {
    const from = fromVersion ?? (rollout.apps === undefined ? rollout.fromVersion : undefined);
    const failedAt = failureOf(rollout, app);
    return {
      ...{ id, kind, app, version, result, startedAt, endedAt },
      ...(from === undefined ? {} : { from }),
      ...(failedAt === undefined ? {} : { failedAt }),
    };
  });
}

function failureOf(rollout: Rollout, app: string): number | undefined {
  const times = rollout.hosts.flatMap((entry) => {
    const { reverting, reverted, failed } = entry.times ?? {};
    // One that went back by itself was never told to.
    const at = reverting ?? reverted ?? failed;
    return entry.touched && at !== undefined && placeOf(rollout, entry).app === app ? [at] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
