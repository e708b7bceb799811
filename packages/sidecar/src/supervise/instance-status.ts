/** An instance as people and gates see it. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { InstanceState, InstanceStatus } from '@outrider/shared/domain/host.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { isCritical, startPeriodMs } from '../agent/health.js';
import type { Instance } from '../agent/instance.js';
import { SETTLED_AFTER_MS } from '../agent/run-cells.js';
import { phaseOf } from '../agent/view.js';
import type { LiveInstance } from './live-instance.js';

/** `at`: now, on the clock of `Instance`. `gap`: what of its sockets was not kept. */
export function statusOf(live: LiveInstance, host: string, at: number, gap?: string): InstanceStatus {
  const { instance, spec } = live;
  return {
    host,
    app: live.app,
    agent: spec.name,
    instance: live.index,
    incarnation: instance.incarnation,
    version: live.origin.version,
    fingerprint: spec.fingerprint,
    state: stateOf(instance),
    ready: instance.state === 'ready',
    pid: live.pid,
    restarts: instance.history.restarts,
    since: rfc3339(live.since),
    reason: [reasonOf(live), gap].filter((words) => words !== undefined && words !== '').join('; '),
    critical: isCritical(spec.healthchecks),
    overdue: isOverdue(live, at),
    healthScore: live.score,
    ...(instance.state === 'parked' ? { kept: true } : {}),
  };
}

/** For people, one that is kept is on its way out. */
const stateOf = ({ state }: Instance): InstanceState => (state === 'parked' ? 'draining' : state);

/** One that should run and waits for its dependencies. */
export function pendingStatus(
  place: { readonly app: string; readonly host: string; readonly version: string; readonly index: number },
  spec: HostAgent,
  since: number,
  reason: string,
): InstanceStatus {
  return {
    host: place.host,
    app: place.app,
    agent: spec.name,
    instance: place.index,
    incarnation: '',
    version: place.version,
    fingerprint: spec.fingerprint,
    state: 'exited',
    ready: false,
    pid: 0,
    restarts: 0,
    since: rfc3339(since),
    reason,
    critical: isCritical(spec.healthchecks),
    overdue: false,
    healthScore: 0,
  };
}

/** Who has stopped it comes first, whatever it was doing then; what it says of itself comes last. */
function reasonOf({ heldBy, note, instance: { state, reason } }: LiveInstance): string {
  const stopped = `stopped by ${heldBy ?? ''}`;
  if (heldBy !== undefined) return reason.startsWith(stopped) ? reason : stopped;
  return reason === '' && (state === 'ready' || state === 'starting') ? note : reason;
}

/** A candidate is not missed while the active instance serves; one that is asked to go, or done, is not either. */
function isOverdue(live: LiveInstance, at: number): boolean {
  const { instance, downSince } = live;
  if (live.heldBy !== undefined || live.slot === 'candidate') return false;
  switch (phaseOf(instance)) {
    case 'up':
    case 'parking':
    case 'parked':
    case 'leaving':
    case 'gone':
    case 'done':
      return false;
    case 'resting':
    case 'thawing':
    case 'down': {
      if (instance.state === 'failed' || (instance.state === 'unhealthy' && instance.deadline === undefined))
        return true;
      const period = startPeriodMs(live.spec.healthchecks) ?? SETTLED_AFTER_MS;
      return downSince !== undefined && at - downSince > period;
    }
  }
}
