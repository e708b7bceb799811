/** Which hosts one that stages a release may ask for its contents, beside the coordinators. Pure. */
import type { StagePeer } from '@outrider/shared/domain/host.js';
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
  const isAsked = (other: FleetHost): boolean =>
    other.name === host.name || (other.state === 'up' && other.mistaken === undefined && canReach(host, other));
  const peer = (hasIt: boolean) => (other: FleetHost) => ({ host: other.name, endpoint: other.endpoint, hasIt });
  const staging = hosts.filter(({ name }) => together.includes(name)).slice(0, MOST_TOGETHER);
  const having = hosts.filter((other) => !together.includes(other.name) && hasRelease(other, app, digest));
  return [
    ...staging.filter(isAsked).map(peer(false)),
    ...having.filter(isAsked).slice(0, MOST_HOLDERS).map(peer(true)),
  ];
}

const hasRelease = ({ status }: FleetHost, app: string, digest: string): boolean =>
  status?.apps.some((one) => one.app === app && [one.active, one.previous].some((ref) => ref?.digest === digest)) ===
  true;

/** What listens for its own machine alone is no use to another. */
function canReach(from: FleetHost, to: FleetHost): boolean {
  const at = parseHostPort(to.endpoint)?.host;
  return at !== undefined && (!isLoopback(at) || isLoopback(from.address));
}
