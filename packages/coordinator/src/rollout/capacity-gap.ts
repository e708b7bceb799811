/** Which instances are away while an agent is replaced, and for how long. */
import type { HostAgent, UpdateOrder } from '@outrider/shared/domain/agent.js';
import type { CapacityGap } from '@outrider/shared/domain/rollout.js';

/**
 * `order` is how this agent is going to be replaced, which may be another than it declares. `startMs`: how long it took
 * to be ready before, where that is known. Undefined: the new instance is ready before the old one goes.
 */
export function gapOf(agent: HostAgent, order: UpdateOrder, startMs?: number): CapacityGap | undefined {
  if (order === 'start-first') return undefined;
  const held = agent.healthchecks.filter(({ critical, purposes }) => critical && !isLivenessAlone(purposes));
  const startLimitMs = Math.max(0, ...held.map(({ startPeriodMs }) => startPeriodMs));
  return {
    agent: agent.name,
    instances: Math.min(agent.parallelism, agent.replicas),
    replicas: agent.replicas,
    atMostMs: agent.stopGraceMs + startLimitMs,
    ...(startMs === undefined ? {} : { startMs }),
  };
}

const isLivenessAlone = (purposes: readonly string[]): boolean => purposes.every((purpose) => purpose === 'liveness');
