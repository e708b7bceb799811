/** Owns the shapes of GET /status and GET /health. Pure: everything shown is given. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';
import { waitsFor } from '@outrider/shared/domain/rollout-waits.js';
import { stateByHost } from '@outrider/shared/domain/rollout-place.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { isOutOfReach } from '../engine/out-of-reach.js';
import type { Fleet } from '../engine/ports.js';
import {
  appsOf,
  appsOfHost,
  fleetState,
  instancesOf,
  instancesOn,
  isInUse,
  keptAgents,
  versionOf,
} from './read-model.js';

export type DeploymentState =
  | 'idle'
  | 'planning'
  | 'staging'
  | 'switching'
  | 'trial'
  | 'rolling_back'
  | 'healthy'
  | 'degraded'
  | 'failed'
  | 'rolled_back';

export interface Surroundings {
  readonly environment: string;
  readonly fleet: Fleet;
  /** Under way, else the last one. */
  readonly rollout: Rollout | undefined;
  readonly explained: string | undefined;
  readonly redis: 'up' | 'down';
  readonly leader: string;
  readonly nowMs: number;
}

/** GET /status without `last_update`. Before any rollout the same keys, null or 0. */
export function statusDocument(around: Surroundings): Readonly<Record<string, unknown>> {
  const { fleet, rollout, environment } = around;
  const instances = instancesOf(fleet).filter(isInUse);
  const until = rollout?.endedAt ?? around.nowMs;
  return {
    deployment_id: rollout?.id ?? null,
    command: rollout === undefined ? null : rollout.kind === 'rollback' ? 'rollback' : 'deploy',
    environment,
    state: deploymentState(rollout, fleet),
    progress: rollout === undefined ? 0 : round(progressOf(rollout)),
    agents_healthy: instances.filter(isHealthy).length,
    agents_total: instances.length,
    start_time: rollout === undefined ? null : rfc3339(rollout.startedAt),
    errors: errorsOf(rollout),
    warnings: warningsOf(around),
    metrics: {
      deployment_duration: rollout === undefined ? 0 : Math.round((until - rollout.startedAt) / 1000),
      snapshot_id: null,
    },
    app: rollout?.app ?? null,
    version: rollout?.version ?? null,
    from_version: rollout?.fromVersion ?? null,
    explained: around.explained ?? null,
    paused: rollout?.paused ?? false,
    waits_for: (rollout === undefined ? undefined : waitsFor(rollout)) ?? null,
    leader: around.leader,
    redis: around.redis,
    apps: appsOf(fleet).map((app) => ({ app, version: versionOf(fleet, app) ?? null, kept: keptAgents(fleet, app) })),
    hosts: hostsOf(fleet, rollout),
  };
}

/** GET /health without `last_update`. */
export function healthDocument(fleet: Fleet): Readonly<Record<string, unknown>> {
  const instances = instancesOf(fleet).filter(isInUse);
  const healthy = instances.filter(isHealthy).length;
  const hosts = Object.fromEntries(
    fleet.hosts().map((host) => {
      const mine = instancesOn(host).filter(isInUse);
      const isDown = host.state === 'down';
      const { cpuPercent = 0, memoryPercent = 0, diskPercent = 0 } = isDown ? {} : (host.status?.system ?? {});
      return [
        host.name,
        {
          state: host.state,
          cpu_percent: round(cpuPercent),
          memory_percent: round(memoryPercent),
          disk_percent: round(diskPercent),
          active_agents: isOutOfReach(host) ? 0 : mine.filter((instance) => instance.pid > 0).length,
          total_agents: mine.length,
          healthy_agents: mine.filter(isHealthy).length,
        },
      ];
    }),
  );
  const up = Object.values(hosts).filter((host) => host.state === 'up');
  const mean = (of: (host: (typeof up)[number]) => number): number =>
    up.length === 0 ? 0 : round(up.reduce((sum, host) => sum + of(host), 0) / up.length);
  return {
    total_agents: instances.length,
    healthy_agents: healthy,
    unhealthy_agents: instances.length - healthy,
    health_percentage: instances.length === 0 ? 0 : round((100 * healthy) / instances.length),
    system_metrics: {
      cpu_percent: mean((host) => host.cpu_percent),
      memory_percent: mean((host) => host.memory_percent),
      disk_percent: mean((host) => host.disk_percent),
      active_agents: up.reduce((sum, host) => sum + host.active_agents, 0),
      hosts,
    },
    hosts,
    unhealthy: instances
      .filter((instance) => !isHealthy(instance))
      .map(({ host, agent, instance, state, reason }) => ({ host, agent, instance, state, reason })),
  };
}

const isHealthy = (instance: InstanceStatus): boolean => instance.ready;
const round = (value: number): number => Math.round(value * 10) / 10;

export function deploymentState(rollout: Rollout | undefined, fleet: Fleet): DeploymentState {
  switch (rollout?.phase) {
    case undefined:
      return 'idle';
    case 'staging':
    case 'switching':
    case 'rolling_back':
      return rollout.phase;
    case 'baking':
    case 'committing':
      return 'trial';
    case 'succeeded':
      return fleetState(fleet).state === 'degraded' ? 'degraded' : 'healthy';
    case 'rolled_back':
    case 'aborted':
      return 'rolled_back';
    case 'stuck':
      return 'failed';
  }
}

/** How far a host has come towards the new release, in percent. */
const FORWARD: Readonly<Record<RolloutHost['state'], number>> = {
  pending: 0,
  staging: 10,
  staged: 25,
  switching: 40,
  trial: 75,
  committing: 90,
  committed: 100,
  reverting: 50,
  reverted: 100,
  failed: 0,
  unreachable: 0,
};

function progressOf(rollout: Rollout): number {
  if (hasEnded(rollout.phase) && rollout.phase !== 'stuck') return 100;
  const isGoingBack = rollout.kind === 'rollout' && (rollout.phase === 'rolling_back' || rollout.phase === 'stuck');
  const counted = isGoingBack ? rollout.hosts.filter((host) => host.touched) : rollout.hosts;
  if (counted.length === 0) return 0;
  const done = counted.map((host) =>
    isGoingBack ? (host.state === 'reverted' ? 100 : host.state === 'reverting' ? 50 : 0) : FORWARD[host.state],
  );
  return done.reduce((sum, part) => sum + part, 0) / counted.length;
}

function errorsOf(rollout: Rollout | undefined): string[] {
  const culprits = [rollout?.culprit, ...(rollout?.hosts ?? []).map((host) => host.culprit)].flatMap((culprit) =>
    culprit === undefined ? [] : [`${culprit.agent} on ${culprit.host}: ${culprit.cause}`],
  );
  const failed = rollout !== undefined && ['rolling_back', 'rolled_back', 'stuck'].includes(rollout.phase);
  const reason = failed && culprits.length === 0 && rollout.reason !== undefined ? [rollout.reason] : [];
  return [...new Set([...culprits, ...reason])];
}

function warningsOf({ fleet, redis, leader }: Surroundings): string[] {
  const { state, missing } = fleetState(fleet);
  return [
    ...(redis === 'down' ? ['Redis does not answer: nothing new is decided until it is back.'] : []),
    ...(redis === 'up' && leader === '' ? ['No coordinator leads.'] : []),
    ...(state === 'degraded' ? missing.map((what) => `${what} is not well`) : []),
  ];
}

function hostsOf(fleet: Fleet, rollout: Rollout | undefined): readonly Readonly<Record<string, unknown>>[] {
  const states: Readonly<Record<string, RolloutHost['state']>> = stateByHost(rollout?.hosts ?? []);
  return fleet.hosts().map((host) => {
    const instances = instancesOn(host).filter(isInUse);
    return {
      name: host.name,
      address: host.address,
      state: host.state,
      rollout_state: states[host.name] ?? null,
      agents_total: instances.length,
      agents_healthy: instances.filter(isHealthy).length,
      apps: appsOfHost(host),
    };
  });
}
