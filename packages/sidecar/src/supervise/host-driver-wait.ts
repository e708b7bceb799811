/** What a switch waits for, and whether that is the new release's fault. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Phase } from '../host/app-state.js';
import type { EventOf } from '../host/host-event.js';
import type { Moment } from '../host/moment.js';
import type { Targets } from './host-driver-targets.js';
import type { Convergence } from './ports.js';

export function waitOf(
  app: string,
  targets: Targets,
  host: string,
  isNewWaited: () => boolean,
): Pick<EventOf<'tick'>, 'waitingFor' | 'culprit' | 'blameless' | 'proving'> {
  if (targets.isProving(app)) return { proving: true };
  const found = targets.convergence(app);
  if (found.state !== 'converging') return {};
  const { waitingFor, culprit } = found;
  if (culprit !== undefined) return { waitingFor, culprit: { host, ...culprit } };
  return { waitingFor, ...(isNewWaited() ? {} : { blameless: true }) };
}

/** What the supervisor says of `release`, as a fact; undefined: nothing that changes the state. */
export function factOf(
  found: Convergence,
  release: ReleaseRef | undefined,
  { phase, host, at }: { readonly phase: Phase; readonly host: string; readonly at: Moment },
): EventOf<'converged'> | EventOf<'failed'> | undefined {
  if (found.state === 'converged' && phase !== 'trial') {
    return { kind: 'converged', ...(release === undefined ? {} : { release }), at };
  }
  if (found.state !== 'failed' || release === undefined) return undefined;
  const { culprit } = found;
  return { kind: 'failed', release, reason: `${culprit.agent}: ${culprit.cause}`, culprit: { host, ...culprit } };
}

/** Whether an instance that the active release does not have was started and is not ready. */
export function isNewWaitedFor(
  app: string,
  active: HostSpec | undefined,
  instances: readonly InstanceStatus[],
): boolean {
  const known = new Set(active?.agents.map(({ fingerprint }) => fingerprint));
  return instances.some(
    (one) => one.app === app && one.incarnation !== '' && !one.ready && !known.has(one.fingerprint),
  );
}
