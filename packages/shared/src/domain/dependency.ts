import type { AgentSpec } from './agent.js';

type Node = Pick<AgentSpec, 'name' | 'dependsOn'>;

/**
 * Agents by dependency: level 0 needs nothing, each further level needs only earlier ones. Dependencies
 * on agents that are not in the list (they run on other hosts) do not count. Order within a level is
 * the list's. On a cycle, the names along it, the first repeated at the end.
 */
export function dependencyLevels(
  agents: readonly Node[],
): { readonly levels: readonly (readonly string[])[] } | { readonly cycle: readonly string[] } {
  const present = new Set(agents.map((agent) => agent.name));
  const needs = new Map(
    agents.map((agent) => [
      agent.name,
      agent.dependsOn.map((dependency) => dependency.agent).filter((name) => present.has(name)),
    ]),
  );
  const placed = new Set<string>();
  const levels: string[][] = [];
  while (placed.size < present.size) {
    const level = [...needs].filter(([name, on]) => !placed.has(name) && on.every((other) => placed.has(other)));
    if (level.length === 0) return { cycle: findCycle(needs, placed) };
    levels.push(level.map(([name]) => name));
    for (const [name] of level) placed.add(name);
  }
  return { levels };
}

/** Every node that is left has a need that is left too, so walking along needs must come round. */
function findCycle(needs: ReadonlyMap<string, readonly string[]>, placed: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let name = [...needs.keys()].find((candidate) => !placed.has(candidate));
  while (name !== undefined && !path.includes(name)) {
    path.push(name);
    name = needs.get(name)?.find((other) => !placed.has(other));
  }
  return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
