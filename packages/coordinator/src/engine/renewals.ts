/** Keeps the trials of hosts alive for as long as this leader leads, also while paused and while Redis is away. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { placeOf } from '@outrider/shared/domain/rollout-place.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Fleet } from './ports.js';
import type { Term } from './term.js';

export class Renewals {
  private readonly last = new Map<string, number>();
  private readonly asking = new Set<string>();

  constructor(
    private readonly fleet: Fleet,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Called often; asks each host that is on trial, or about to be, every third of its lease. */
  renew(rollouts: readonly Rollout[], term: Term): void {
    if (!term.isLive()) return;
    for (const rollout of rollouts) {
      if (rollout.kind !== 'rollout' || rollout.phase === 'rolling_back') continue;
      for (const host of rollout.hosts) {
        const onTrial = host.state === 'switching' || host.state === 'trial' || host.state === 'committing';
        if (onTrial) this.renewOne(rollout, placeOf(rollout, host), term);
      }
    }
  }

  private renewOne(rollout: Rollout, { host, app }: ReturnType<typeof placeOf>, term: Term): void {
    const { confirmWithinMs } = rollout.options;
    const key = `${term.lease.epoch}/${rollout.id}/${host}/${app}`;
    const now = this.clock.monotonic();
    const due = (this.last.get(key) ?? -Infinity) + confirmWithinMs / 3;
    if (now < due || this.asking.has(key) || !term.isBound(host)) return;
    this.asking.add(key);
    const { epoch, holder } = term.lease;
    this.fleet
      .commands(host)
      .renew({ app, epoch, holder, rollout: rollout.id, confirmWithinMs })
      .then(
        () => this.last.set(key, now),
        // It is asked again at the next beat; a host that refuses has its reasons in its report.
        () => undefined,
      )
      .finally(() => this.asking.delete(key));
  }
}
