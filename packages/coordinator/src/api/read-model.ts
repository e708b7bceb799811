/** The one reading of fleet and rollouts that every face shows: status, hosts, agents. Decides nothing. */
import type { AgentFingerprint, AppStatus, HostPhase, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { isOutOfReach } from '../engine/out-of-reach.js';
import type { Drift } from '../rollout/drift.js';
import type { Fleet, FleetHost } from '../engine/ports.js';

/** Instances with what is known of their host: an agent of a host that is down is not counted as ready. */
export function instancesOf(fleet: Fleet, host = ''): readonly InstanceStatus[] {
  return fleet
    .hosts()
    .filter((candidate) => host === '' || candidate.name === host)
    .flatMap(instancesOn);
}

/** The same, of one host. */
export const instancesOn = (host: FleetHost): readonly InstanceStatus[] =>
  (host.status?.instances ?? []).map((instance) => seen(host, instance));

/** Of instances whose host is out of reach: how they are now is not known. */
export const AWAY = 'away';

/** How many instances there are of each state, `AWAY` among them. */
export function countsByState(fleet: Fleet): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const host of fleet.hosts()) {
    for (const instance of host.status?.instances ?? []) {
      const state = isOutOfReach(host) ? AWAY : instance.state;
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
  }
  return counts;
}

export interface ScaledAgent extends Pick<AgentFingerprint, 'replicas'> {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly order: NonNullable<AgentFingerprint['scaled']>;
}

/** Agents of which another number should run than their release says, by whose order. */
export const scaledAgents = (fleet: Fleet, host = ''): readonly ScaledAgent[] =>
  fleet
    .hosts()
    .filter((candidate) => host === '' || candidate.name === host)
    .flatMap(({ name, status }) =>
      (status?.apps ?? []).flatMap(({ app, agents }) =>
        agents.flatMap(({ name: agent, replicas, scaled }) =>
          scaled === undefined ? [] : [{ host: name, app, agent, replicas, order: scaled }],
        ),
      ),
    );

/** Those that count: what is kept of the release before is out of use, and nobody's failure. */
export const isInUse = ({ kept }: Pick<InstanceStatus, 'kept'>): boolean => kept !== true;

function seen(host: FleetHost, instance: InstanceStatus): InstanceStatus {
  if (!isOutOfReach(host)) return instance;
  const how = host.state === 'down' ? 'down' : 'cut off';
  return { ...instance, ready: false, reason: `${host.name} is ${how}; last known: ${instance.state}` };
}

/** An agent that is kept from another release than the active one. */
export interface KeptAgent {
  readonly name: string;
  readonly version: string;
}

const keptOf = ({ agents }: Pick<AppStatus, 'agents'>): readonly KeptAgent[] =>
  agents.flatMap(({ name, version }) => (version === undefined ? [] : [{ name, version }]));

/** On any host, each once. */
export function keptAgents(fleet: Fleet, app: string): KeptAgent[] {
  const all = fleet
    .hosts()
    .flatMap((host) => (host.status?.apps ?? []).filter((status) => status.app === app).flatMap(keptOf));
  return all.filter(
    ({ name, version }, index) => all.findIndex((other) => other.name === name && other.version === version) === index,
  );
}

/** A release that hosts have in use and that is not permanent there yet. */
export interface OnTrial {
  readonly version: string;
  readonly hosts: string[];
}

export function onTrial(fleet: Fleet, app: string): OnTrial[] {
  const hosts = new Map<string, string[]>();
  for (const { name, status } of fleet.hosts()) {
    const { phase, candidate } = status?.apps.find((one) => one.app === app) ?? {};
    if (phase !== 'trial' || candidate === undefined) continue;
    hosts.set(candidate.version, [...(hosts.get(candidate.version) ?? []), name]);
  }
  return [...hosts].map(([version, names]) => ({ version, hosts: names }));
}

export interface HostApp {
  readonly app: string;
  readonly version?: string;
  readonly kept: KeptAgent[];
  readonly previous?: string;
  readonly phase: HostPhase;
  /** What `version` stands for. */
  readonly release?: ReleaseRef;
}

export const appsOfHost = (host: FleetHost): readonly HostApp[] =>
  (host.status?.apps ?? []).map(({ app, active, previous, phase, agents }) => ({
    ...{ app, kept: [...keptOf({ agents })] },
    ...(active === undefined ? {} : { version: active.version, release: active }),
    ...(previous === undefined ? {} : { previous: previous.version }),
    phase,
  }));

/** Every app that a host runs or ran, by name. */
export const appsOf = (fleet: Fleet): readonly string[] =>
  [...new Set(fleet.hosts().flatMap((host) => (host.status?.apps ?? []).map((status) => status.app)))].sort();

/** The version that all hosts with this app run; `mixed` where they differ; undefined where none does. */
export function versionOf(fleet: Fleet, app: string): string | undefined {
  const versions = new Set(
    fleet.hosts().flatMap((host) => {
      const active = host.status?.apps.find((status) => status.app === app)?.active;
      return active === undefined ? [] : [active.version];
    }),
  );
  return versions.size > 1 ? 'mixed' : [...versions][0];
}

export interface Digests {
  /** Of the release that all hosts run; absent: they run several, or none does. */
  readonly digest?: string;
  /** By host: of what it was told to run. */
  readonly specDigests: Record<string, string>;
}

export function digestsOf(fleet: Fleet, app: string): Digests {
  const running = fleet.hosts().flatMap(({ name, status }) => {
    const active = status?.apps.find((one) => one.app === app)?.active;
    return active === undefined ? [] : [[name, active] as const];
  });
  const [digest, another] = new Set(running.map(([, active]) => active.digest));
  return {
    ...(digest === undefined || another !== undefined ? {} : { digest }),
    specDigests: Object.fromEntries(running.map(([name, active]) => [name, active.specDigest])),
  };
}

export type FleetState = 'ready' | 'needs_release' | 'degraded';

/** What keeps the fleet from being ready, in words for people. */
export function fleetState(
  fleet: Fleet,
  drifts: readonly Drift[] = [],
): { readonly state: FleetState; readonly missing: readonly string[] } {
  const hosts = fleet.hosts();
  const down = hosts.filter((host) => host.state !== 'up').map((host) => `host ${host.name}`);
  const running = hosts.some((host) => host.status?.apps.some((app) => app.active !== undefined) === true);
  if (!running && down.length === 0) return { state: 'needs_release', missing: ['release'] };
  const unwell = instancesOf(fleet)
    .filter((instance) => instance.critical && !instance.ready && (instance.overdue || instance.state === 'failed'))
    .map((instance) => `agent ${instance.agent}.${instance.instance} on ${instance.host}`);
  const drifted = drifts.map(
    ({ host, app, expected }) => `${app} ${expected ?? 'nothing'} on ${host}, which has drifted`,
  );
  const missing = [...down, ...unwell, ...drifted];
  return { state: missing.length === 0 ? 'ready' : 'degraded', missing };
}

/** The rollout that is under way, else the last one. `rollouts` are newest first. */
export const currentRollout = (rollouts: readonly Rollout[]): Rollout | undefined =>
  rollouts.find((rollout) => !hasEnded(rollout.phase)) ?? rollouts[0];

/** Of other apps, under way beside that one. */
export const othersUnderWay = (rollouts: readonly Rollout[]): readonly Rollout[] =>
  rollouts.filter((rollout) => !hasEnded(rollout.phase) && rollout !== currentRollout(rollouts));
