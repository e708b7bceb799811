/** What an agent is started from: the release of the host spec, or the one that the agent is kept from. Pure. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import type { Origin } from './instance-record.js';
import type { Target } from './ports.js';

export function originOf({ spec, tree, keptTrees }: Target, agent: Pick<HostAgent, 'name' | 'release'>): Origin {
  const { version, digest } = releaseOf(spec, agent);
  const { environment, hosts } = spec;
  const own = digest === spec.digest ? tree : keptTrees?.get(digest);
  if (own === undefined) throw new Error(`The target of ${spec.app} lacks the tree of ${agent.name} ${version}.`);
  return { version, environment, hosts, tree: own };
}
