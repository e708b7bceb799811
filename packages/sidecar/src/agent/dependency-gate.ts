/** Whether what an agent depends on stands, so that it may be started. What runs on other hosts holds nothing up here. */
import type { Dependency } from '@outrider/shared/domain/agent.js';
import type { Board } from './board.js';
import type { Followed, Pair, Wanted } from './view.js';

/** Names of the dependencies that still have to come. */
export function missingDependencies(agent: Pick<Wanted, 'dependsOn'>, board: Board): readonly string[] {
  return agent.dependsOn
    .filter((dependency) => {
      const other = board.agent(dependency.agent);
      return other !== undefined && !allMeet(other, dependency.condition, board);
    })
    .map((dependency) => dependency.agent);
}

/** The incarnations of the dependencies after which an agent starts anew; compared, never read. */
export function followedNow(agent: Pick<Wanted, 'dependsOn'>, board: Board): Followed {
  const followed = agent.dependsOn.filter(({ restart }) => restart === true);
  return Object.fromEntries(followed.flatMap(({ agent: name }) => incarnationsOf(board.agent(name), board)));
}

/** None where it does not run on this host. */
function incarnationsOf(agent: Wanted | undefined, board: Board): [string, string][] {
  if (agent === undefined) return [];
  const current = Array.from({ length: agent.replicas }, (_, index) => {
    const { active, candidate } = board.pair(agent.name, index);
    return [active, candidate].find((view) => view?.fingerprint === agent.fingerprint)?.incarnation ?? '';
  });
  return [[agent.name, current.join()]];
}

/** Whether all of its instances are what `condition` asks for. */
export function allMeet(agent: Wanted, condition: Dependency['condition'], board: Board): boolean {
  for (let index = 0; index < agent.replicas; index++) {
    if (!meets(board.pair(agent.name, index), agent, condition)) return false;
  }
  return true;
}

/** A person who stopped it knows why; one that has done its work can't be waited for. */
function meets(pair: Pair, agent: Wanted, condition: Dependency['condition']): boolean {
  if (pair.active?.held === true) return true;
  return [pair.active, pair.candidate].some((view) => {
    if (view?.fingerprint !== agent.fingerprint) return false;
    if (view.phase === 'up') return true;
    if (view.phase === 'done') return condition === 'service_started' || !view.checked;
    return condition === 'service_started' && (view.phase === 'down' || view.phase === 'thawing') && view.running;
  });
}
