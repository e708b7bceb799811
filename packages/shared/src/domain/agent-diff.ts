import type { HostAgent } from './agent.js';
import { dependencyLevels } from './dependency.js';
import type { PlannedAction } from './rollout.js';

type Known = Pick<HostAgent, 'name' | 'fingerprint' | 'replicas'>;
type Wanted = Known & Pick<HostAgent, 'dependsOn' | 'release'>;

/**
 * What a host does, instance by instance, to come from what it runs to what it should run: removals
 * first, then the wanted agents in dependency order. `before` needs no dependencies: removals are
 * listed in its order.
 */
export function diffAgents(before: readonly Known[], after: readonly Wanted[]): PlannedAction[] {
  const old = new Map(before.map((agent) => [agent.name, agent]));
  const wanted = new Map(after.map((agent) => [agent.name, agent]));
  const leveled = dependencyLevels(after);
  const levels = 'levels' in leveled ? leveled.levels : [after.map((agent) => agent.name)];

  const removals = before.flatMap((agent) => {
    const kept = wanted.get(agent.name)?.replicas ?? 0;
    const why = wanted.has(agent.name)
      ? `replicas ${agent.replicas} -> ${kept}`
      : 'no longer in the release for this host';
    return range(kept, agent.replicas).map((instance) => action(agent.name, instance, 'remove', 0, why));
  });
  const rest = levels.flatMap((level, order) =>
    level.flatMap((name) => {
      const next = wanted.get(name);
      if (next === undefined) return [];
      const previous = old.get(name);
      return range(0, next.replicas).map((instance) => {
        return { ...towards(name, instance, order, previous, next), ...versionOf(next) };
      });
    }),
  );
  return [...removals, ...rest];
}

function towards(
  name: string,
  instance: number,
  order: number,
  previous: Known | undefined,
  next: Known,
): PlannedAction {
  if (previous === undefined || instance >= previous.replicas) return action(name, instance, 'add', order, 'new');
  return previous.fingerprint === next.fingerprint
    ? action(name, instance, 'keep', order, 'settings and files unchanged')
    : action(name, instance, 'replace', order, 'settings or files changed');
}

const versionOf = ({ release }: Wanted): Pick<PlannedAction, 'version'> =>
  release === undefined ? {} : { version: release.version };

function action(
  agent: string,
  instance: number,
  kind: PlannedAction['action'],
  order: number,
  why: string,
): PlannedAction {
  return { agent, instance, action: kind, order, why };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}
