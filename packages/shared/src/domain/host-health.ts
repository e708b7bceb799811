/** Whether a host is well, for people and for monitors: judged from its instances, never from feelings. */
import type { HostStatus, InstanceStatus } from './host.js';

export interface AgentConcern {
  /** The agent's name; `APP/AGENT` where several apps have an agent of that name. */
  readonly agent: string;
  readonly instance: number;
  readonly state: InstanceStatus['state'];
  /** A sentence, or ''. */
  readonly reason: string;
}

export interface HostHealth {
  readonly healthy: boolean;
  /** Agents (not instances) on this host. */
  readonly total: number;
  /** Of those, how many are not bad. */
  readonly well: number;
  /** Instances that make the host unhealthy: critical, wanted, and not ready past their start_period. */
  readonly bad: readonly AgentConcern[];
  /** Instances to know of that make nobody unhealthy: on their way, degraded, or not critical. */
  readonly noted: readonly AgentConcern[];
  /** `healthy`, or `unhealthy: 2 of 22 agents: vision, tts`. */
  readonly sentence: string;
}

/** States that nobody needs to be told of while the instance is not overdue. */
const QUIET = new Set<InstanceStatus['state']>(['ready', 'exited']);

export function hostHealth(status: Pick<HostStatus, 'instances'>): HostHealth {
  const { instances } = status;
  const label = labels(instances);
  const concern = (one: InstanceStatus): AgentConcern => ({
    agent: label(one),
    instance: one.instance,
    state: one.state,
    reason: one.reason,
  });
  const isBad = (one: InstanceStatus): boolean => one.critical && one.overdue && !one.ready;
  const bad = instances.filter(isBad);
  const noted = instances.filter(
    (one) => !isBad(one) && (!QUIET.has(one.state) || one.overdue || (one.ready && one.healthScore < 1)),
  );
  const total = new Set(instances.map(label)).size;
  const names = [...new Set(bad.map(label))];
  return {
    healthy: bad.length === 0,
    total,
    well: total - names.length,
    bad: bad.map(concern),
    noted: noted.map(concern),
    sentence: names.length === 0 ? 'healthy' : `unhealthy: ${names.length} of ${total} agents: ${names.join(', ')}`,
  };
}

/** Names alone, as long as they say who is meant. */
function labels(instances: readonly InstanceStatus[]): (one: InstanceStatus) => string {
  const apps = new Map<string, Set<string>>();
  for (const { app, agent } of instances) apps.set(agent, (apps.get(agent) ?? new Set()).add(app));
  return ({ app, agent }) => ((apps.get(agent)?.size ?? 0) > 1 ? `${app}/${agent}` : agent);
}
