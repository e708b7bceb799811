/** How long a switch may take at most before the host gives it up: from what its agents declare. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';

/** Without a critical healthcheck an agent counts as ready after a second. */
const READY_WITHOUT_CHECK_MS = 1_000;
/** A start may be tried so often before it has failed. */
const STARTS = 3;
/** For a kill after the grace, and to see that all are gone. */
const KILL_MS = 5_000;
const MARGIN_MS = 30_000;

type Timed = Pick<HostAgent, 'name' | 'dependsOn' | 'replicas' | 'parallelism' | 'stopGraceMs' | 'healthchecks'>;

/**
 * The critical path in milliseconds: level by level of dependencies, the slowest agent's stops and starts, its
 * replicas in groups; before it, the stops of what may have to go. A guard against a switch that hangs, so it
 * is generous: agents that fail are noticed long before.
 */
export function switchLimitMs(before: readonly Timed[], after: readonly Timed[]): number {
  const stops = path(before, (agent) => removals(agent, after) * (agent.stopGraceMs + KILL_MS));
  const swaps = path(after, (agent) => groups(agent) * (agent.stopGraceMs + KILL_MS + STARTS * startMs(agent)));
  return stops + swaps + MARGIN_MS;
}

function path(agents: readonly Timed[], cost: (agent: Timed) => number): number {
  const leveled = dependencyLevels(agents);
  const levels = 'levels' in leveled ? leveled.levels : agents.map((agent) => [agent.name]);
  return levels
    .map((names) => Math.max(0, ...agents.filter((agent) => names.includes(agent.name)).map(cost)))
    .reduce((sum, longest) => sum + longest, 0);
}

/** In groups too, what an agent has too many of; an agent that goes as a whole goes at once. */
function removals(agent: Timed, after: readonly Timed[]): number {
  const kept = after.find(({ name }) => name === agent.name)?.replicas;
  return kept === undefined ? 1 : groups({ ...agent, replicas: agent.replicas - kept });
}

const groups = (agent: Timed): number => Math.max(1, Math.ceil(agent.replicas / Math.max(1, agent.parallelism)));

const startMs = (agent: Timed): number =>
  Math.max(
    READY_WITHOUT_CHECK_MS,
    ...agent.healthchecks.filter((check) => check.critical).map((check) => check.startPeriodMs),
  );
