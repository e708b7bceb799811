/** Which instances are away while an agent is replaced, and for how long. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { canOverlap } from '@outrider/shared/domain/overlap.js';
import type { CapacityGap } from '@outrider/shared/domain/rollout.js';

/**
 * `startMs`: how long it took to be ready before, where that is known. Undefined: the new instance is ready before the
 * old one goes.
 */
export const gapOf = (agent: HostAgent, startMs?: number): CapacityGap | undefined =>
  agent.order === 'start-first' ? undefined : gap(agent, startMs);

/** In a blue-green switch, whatever order the agent declares. `before`: the version that runs, where it is known. */
export function gapBeside(agent: HostAgent, before: HostAgent | undefined, startMs?: number): CapacityGap | undefined {
  const why = [agent, ...(before === undefined ? [] : [before])].map(canOverlap).find((answer) => answer !== true);
  return why === undefined ? undefined : { ...gap(agent, startMs), why };
}

function gap(agent: HostAgent, startMs: number | undefined): CapacityGap {
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
