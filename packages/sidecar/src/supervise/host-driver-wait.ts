/** What a switch waits for, and whether that is the new release's fault. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { EventOf } from '../host/host-event.js';
import type { Targets } from './host-driver-targets.js';

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
