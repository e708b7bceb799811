/** Which hosts one that stages a release may ask for its contents, beside the coordinators. Pure. */
import type { AppStatus, StagePeer } from '@outrider/shared/domain/host.js';
import { isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { FleetHost } from '../engine/ports.js';

export interface Staged {
  readonly app: string;
  readonly digest: string;
  /** Names of all hosts that stage it now. */
  readonly together: readonly string[];
}

/** The contents are shared out among so many; the others ask these. */
const MOST_TOGETHER = 64;
const MOST_HOLDERS = 16;

/** Every host that stages it is told the same ones of `together`, itself among them, as far as they can be reached. */
export function peersFor(host: FleetHost, hosts: readonly FleetHost[], { app, digest, together }: Staged): StagePeer[] {
  const isAsked = (other: FleetHost): boolean => other.name === host.name || (isThere(other) && canReach(host, other));
  const peer = (hasIt: boolean) => (other: FleetHost) => ({ host: other.name, endpoint: other.endpoint, hasIt });
  const staging = hosts.filter(({ name }) => together.includes(name)).slice(0, MOST_TOGETHER);
  const having = hosts.filter((other) => !together.includes(other.name) && hasRelease(other, app, digest));
  return [
    ...staging.filter(isAsked).map(peer(false)),
    ...having.filter(isAsked).slice(0, MOST_HOLDERS).map(peer(true)),
  ];
}

/** Who may be asked for its contents from here. */
export const holdersOf = (hosts: readonly FleetHost[], app: string, digest: string): readonly FleetHost[] =>
  hosts.filter((host) => isThere(host) && hasRelease(host, app, digest)).slice(0, MOST_HOLDERS);

const isThere = ({ state, mistaken }: FleetHost): boolean => state === 'up' && mistaken === undefined;

function hasRelease({ status }: FleetHost, app: string, digest: string): boolean {
  const has = ({ active, previous, candidate, staging }: AppStatus): boolean =>
    [active, previous, candidate].some((ref) => ref?.digest === digest) ||
    (staging?.digest === digest && staging.state === 'done');
  return status?.apps.some((one) => one.app === app && has(one)) === true;
}

/** What listens for its own machine alone is no use to another. */
function canReach(from: FleetHost, to: FleetHost): boolean {
  const at = parseHostPort(to.endpoint)?.host;
  return at !== undefined && (!isLoopback(at) || isLoopback(from.address));
}
