/**
 * Where the fleet's truth is in Redis, and how it is spelled; sidecars and coordinators both go by it. All
 * keys of an environment share one literal hash tag, so that they live on one node of a cluster.
 */
export interface FleetKeys {
  /** String: `EPOCH HOLDER ENDPOINT` (HOST:PORT of the holder's gRPC, where it is reachable), expires. */
  readonly lease: string;
  readonly epoch: string;
  readonly seq: string;
  /** Hash: `revision`, `document`, `plan` (JSON). */
  readonly rollout: (id: string) => string;
  /** List of JSON: each decision of the rollout, oldest first. It goes when the rollout goes. */
  readonly decisions: (id: string) => string;
  /** Sorted set: ids by sequence number. */
  readonly rollouts: string;
  /** Sorted set: a record (JSON) of each rollout that has ended and each of its apps, by when it ended (epoch milliseconds). */
  readonly deliveries: string;
  /** Hash: app -> id of its rollout under way. */
  readonly active: string;
  /** Hash: `HOST/APP` -> effect (JSON). */
  readonly outbox: string;
  /** Stream with the one field `event` (JSON), and the pub/sub channel of the same name (same JSON). */
  readonly events: string;
  /** Stream with the one field `event` (JSON): every error of an agent that was kept. */
  readonly errors: string;
  /** Stream with the one field `event` (HealthResult, JSON): how the checks of an agent came and went. Expires. */
  readonly health: (app: string, agent: string) => string;
  /** Hash: target of notifications -> place in `events` up to which it was told. */
  readonly notices: string;
  /** Hash: host -> HostRecord (JSON). */
  readonly hosts: string;
  /** String that expires: there while the sidecar is. */
  readonly presence: (host: string) => string;
  /** Hash: version -> record of the release (JSON), also of one that was removed. */
  readonly releases: (app: string) => string;
  /** Hash: tag -> what it stands for (JSON), also of one that was taken away. */
  readonly tags: (app: string) => string;
  /** Hash: `VERSION KEY` -> ReleaseSignature (JSON). */
  readonly signatures: (app: string) => string;
  /** Set: apps that have releases. */
  readonly apps: string;
  /** Sorted set: `HOST:PORT` of the gRPC of each coordinator, by when it last said so (epoch milliseconds). */
  readonly coordinators: string;
  /** String that expires: a host spec (JSON) by its digest. */
  readonly spec: (specDigest: string) => string;
}

/** What a sidecar tells of itself in `hosts`. */
export interface HostRecord {
  readonly name: string;
  readonly address: string;
  /** `HOST:PORT` of its gRPC, as others reach it. */
  readonly endpoint: string;
  /** `HOST:PORT` of its Prometheus metrics; absent: nobody has said. */
  readonly metrics?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Entries of the event stream are trimmed to about so many. */
export const EVENTS_KEPT = 20_000;
/** Errors are trimmed to about so many, and to those of the last so many milliseconds. */
export const ERRORS_KEPT = 20_000;
export const ERRORS_KEPT_MS = 7 * 24 * 3_600_000;
/** The same of the history of each agent's health. */
export const HEALTH_KEPT = 2_000;
export const HEALTH_KEPT_MS = 30 * 24 * 3_600_000;
export const EVENT_FIELD = 'event';

export function fleetKeys(environment: string): FleetKeys {
  const key = (rest: string): string => `outrider:{${environment}}:${rest}`;
  return {
    lease: key('lease'),
    epoch: key('epoch'),
    seq: key('seq'),
    rollout: (id) => key(`rollout:${id}`),
    decisions: (id) => key(`rollout:${id}:decisions`),
    rollouts: key('rollouts'),
    deliveries: key('deliveries'),
    active: key('active'),
    outbox: key('outbox'),
    events: key('events'),
    errors: key('errors'),
    health: (app, agent) => key(`health:${app}:${agent}`),
    notices: key('notices'),
    hosts: key('hosts'),
    presence: (host) => key(`presence:${host}`),
    signatures: (app) => key(`signatures:${app}`),
    releases: (app) => key(`releases:${app}`),
    tags: (app) => key(`tags:${app}`),
    apps: key('apps'),
    coordinators: key('coordinators'),
    spec: (specDigest) => key(`spec:${specDigest}`),
  };
}
