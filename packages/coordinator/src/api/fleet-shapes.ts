/** Owns the shapes in which the feed shows hosts and agents: those of `coordinator hosts` and `agents`. Pure. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { GateState } from '@outrider/shared/domain/gate.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { shownHosts as hostsOfRollout } from '@outrider/shared/domain/rollout-place.js';
import type { FleetHost } from '../engine/ports.js';
import { forAnybody } from './for-anybody.js';
import type { Drift } from '../rollout/drift.js';
import { appsOfHost, instancesOf } from './read-model.js';
import type { Inside } from './inside.js';

export const shownHosts = ({ fleet, drifts }: Pick<Inside, 'fleet' | 'drifts'>): readonly object[] => {
  const drifted = drifts?.() ?? [];
  return fleet.hosts().map((host) => shownHost(host, drifted));
};

export const shownAgents = ({ fleet }: Pick<Inside, 'fleet'>): readonly object[] => instancesOf(fleet).map(shownAgent);

function shownHost(host: FleetHost, drifts: readonly Drift[]): object {
  const { name, address, state, status, labels } = host;
  return {
    ...{ name, address, state },
    sidecar: status === undefined ? null : { pid: status.sidecar.pid, version: status.sidecar.version },
    apps: appsOfHost(host).map(({ app, version, previous, phase, kept }) => {
      const drift = drifts.find((one) => one.host === name && one.app === app);
      return {
        ...{ app, version: version ?? null, previous: previous ?? null, phase, kept },
        drifted: drift === undefined ? null : { expected: drift.expected ?? null, rollout: drift.rollout },
      };
    }),
    ...{ labels, hold: status?.hold ?? null, cut_off: host.cutOff === true, flapping: host.flapping === true },
    problems: status?.problems ?? [],
    system: state === 'down' || status === undefined ? null : figuresOf(status.system),
  };
}

/** Percentages, to one decimal. */
const figuresOf = (system: { cpuPercent: number; memoryPercent: number; diskPercent: number }): object => ({
  cpu_percent: round(system.cpuPercent),
  memory_percent: round(system.memoryPercent),
  disk_percent: round(system.diskPercent),
});

const round = (value: number): number => Math.round(value * 10) / 10;

const shownAgent = (one: InstanceStatus): object => ({
  ...{ host: one.host, app: one.app, agent: one.agent, instance: one.instance, incarnation: one.incarnation },
  ...{ version: one.version, state: one.state, ready: one.ready, pid: one.pid, restarts: one.restarts },
  ...{ since: one.since, reason: one.reason, critical: one.critical, overdue: one.overdue },
  ...{ kept: one.kept === true, health: one.healthScore, memory: one.memoryBytes ?? null },
  cpu: one.cpuPercent === undefined ? null : round(one.cpuPercent),
});

/** Anybody may read it: of gates and hooks not what they ask, run and say, which may hold addresses and commands. */
export function shownRollout(rollouts: Inside['rollouts'], rollout: Rollout): object {
  const { gates, hooks: _hooks, ...shown } = forAnybody(rollout);
  return {
    ...shown,
    ...(gates === undefined ? {} : { gates: gates.map(shownGate) }),
    hosts: hostsOfRollout(rollout),
    explained: rollouts.explain(rollout),
  };
}

const shownGate = ({ spec: { count, failureLimit }, ...gate }: GateState): object => ({
  ...gate,
  spec: { count, failureLimit },
});
