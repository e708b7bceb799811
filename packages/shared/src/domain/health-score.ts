/** How well agents and a fleet are, from what their hosts say of each instance. */
import type { InstanceStatus } from './host.js';

export type HealthState = 'healthy' | 'degraded' | 'unhealthy';

export interface AgentHealth {
  readonly app: string;
  readonly agent: string;
  /** 0 to 1: the mean of its instances, each the share of its checks that hold. */
  readonly score: number;
  readonly state: HealthState;
  readonly instances: number;
  readonly ready: number;
  readonly restarts: number;
  readonly hosts: readonly string[];
  /** Why it is not healthy, each sentence once. */
  readonly reasons: readonly string[];
}

export interface FleetHealth {
  /** The mean of the agents; 0 where there are none. */
  readonly score: number;
  readonly state: HealthState;
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly agents: readonly AgentHealth[];
}

/**
 * By app and name. What is kept beside a trial, and what has ended by itself or by a person, is nobody's illness.
 * Of a host out of reach, its coordinator gives instances that are not ready, and their score counts for nothing.
 */
export function fleetHealth(instances: readonly InstanceStatus[]): FleetHealth {
  const groups = new Map<string, InstanceStatus[]>();
  for (const one of instances) {
    if (one.kept === true || isAtRest(one)) continue;
    const key = JSON.stringify([one.app, one.agent]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const agents = [...groups.values()].map(agentHealth).sort(byName);
  const count = (state: HealthState): number => agents.filter((one) => one.state === state).length;
  const [healthy, degraded, unhealthy] = [count('healthy'), count('degraded'), count('unhealthy')];
  return {
    score: meanOf(agents.map(({ score }) => score)),
    state: unhealthy > 0 ? 'unhealthy' : degraded > 0 ? 'degraded' : 'healthy',
    ...{ total: agents.length, healthy, degraded, unhealthy, agents },
  };
}

const isAtRest = ({ state, incarnation }: InstanceStatus): boolean => state === 'exited' && incarnation !== '';

function agentHealth(instances: readonly InstanceStatus[]): AgentHealth {
  const [{ app, agent } = { app: '', agent: '' }] = instances;
  const states = instances.map(stateOf);
  const scores = instances.map(scoreOf);
  const unwell = instances.filter((_, index) => states[index] !== 'healthy');
  return {
    ...{ app, agent, score: meanOf(scores), state: stateOfAgent(states, instances) },
    ...{ instances: instances.length, ready: instances.filter(({ ready }) => ready).length },
    restarts: instances.reduce((sum, { restarts }) => sum + restarts, 0),
    hosts: [...new Set(instances.map(({ host }) => host))].sort(),
    reasons: [...new Set(unwell.map(reasonOf))],
  };
}

const scoreOf = ({ ready, healthScore }: InstanceStatus): number => (ready ? healthScore : 0);

/** Not ready for a moment, as while it is started, is no illness yet; for longer than it may take, it is. */
function stateOf({ ready, healthScore, state, overdue, reason }: InstanceStatus): HealthState {
  if (ready) return healthScore < 1 ? 'degraded' : 'healthy';
  const isLost = reason.includes('last known: ');
  return overdue || isLost || state === 'failed' || state === 'unhealthy' ? 'unhealthy' : 'degraded';
}

/** With some of several instances an agent still serves, less well; one that nothing waits for never makes it worse. */
function stateOfAgent(states: readonly HealthState[], instances: readonly InstanceStatus[]): HealthState {
  const isCritical = instances.some(({ critical }) => critical);
  if (states.every((state) => state === 'healthy')) return 'healthy';
  return isCritical && states.every((state) => state === 'unhealthy') ? 'unhealthy' : 'degraded';
}

const reasonOf = ({ host, instance, state, reason }: InstanceStatus): string =>
  `${instance} on ${host} is ${state}${reason === '' ? '' : `: ${reason}`}`;

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const byName = (a: AgentHealth, b: AgentHealth): number =>
  a.app === b.app ? (a.agent < b.agent ? -1 : 1) : a.app < b.app ? -1 : 1;
