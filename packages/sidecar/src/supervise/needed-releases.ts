/** What a host needs of its releases, by what it says of itself. Pure. */
import type { HostPhase, HostStatus } from '@outrider/shared/domain/host.js';
import type { NeededReleases } from './ports.js';

export function neededReleases({ apps, instances }: Pick<HostStatus, 'apps' | 'instances'>): NeededReleases {
  const running = new Map(instances.map(({ app, version }) => [`${app}/${version}`, { app, version }]));
  return {
    releases: apps.flatMap(({ app, active, previous, candidate, staging }) =>
      [active, previous, candidate, staging].flatMap((one) =>
        one === undefined ? [] : [{ app, digest: one.digest, specDigest: one.specDigest }],
      ),
    ),
    running: [...running].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  };
}

const UNDER_WAY: ReadonlySet<HostPhase> = new Set(['staging', 'switching', 'trial', 'reverting']);

/** Nothing is on its way from one release to another, nor to this host. */
export const isAtRest = ({ apps }: Pick<HostStatus, 'apps'>): boolean =>
  apps.every(({ phase, staging }) => !UNDER_WAY.has(phase) && staging?.state !== 'running');
