/**
 * What a host is to run where only some agents come to a release: those from the release, all others as they run now,
 * each with the release that it is kept from.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';

export interface Parts {
  /** Of the release, resolved for the host. Its agents may be kept from others themselves. */
  readonly target: HostSpec;
  /** What the host runs now; absent: nothing of the app. */
  readonly running?: HostSpec;
  readonly named: ReadonlySet<string>;
  /** Over the canonical JSON of a value. */
  readonly digest: (value: unknown) => string;
}

/** The host has a named agent, or would get one. */
export const isConcerned = ({ target, running, named }: Omit<Parts, 'digest'>): boolean =>
  [...target.agents, ...(running?.agents ?? [])].some(({ name }) => named.has(name));

/** In the order of the release; what is kept and no longer in it comes last. With every agent named: the release itself. */
export function compose({ target, running, named, digest }: Parts): HostSpec {
  const kept = new Map(
    (running?.agents ?? [])
      .filter(({ name }) => !named.has(name))
      .map((agent) => [agent.name, within(target, running ?? target, agent)]),
  );
  const inRelease = new Set(target.agents.map(({ name }) => name));
  const agents = [
    ...target.agents.flatMap((agent) => (named.has(agent.name) ? [agent] : (kept.get(agent.name) ?? []))),
    ...[...kept.values()].filter(({ name }) => !inRelease.has(name)),
  ];
  return { ...target, agents: followed(agents, running?.agents ?? [], named, digest) };
}

/** The same agents of the same releases: nothing would be another way. */
export function sameAgents(a: HostSpec, b: HostSpec): boolean {
  const all = new Map(b.agents.map((agent) => [agent.name, agent]));
  return (
    a.agents.length === b.agents.length &&
    a.agents.every((agent) => {
      const other = all.get(agent.name);
      if (other === undefined) return false;
      const [left, right] = [releaseOf(a, agent), releaseOf(b, other)];
      return (
        agent.fingerprint === other.fingerprint &&
        agent.replicas === other.replicas &&
        left.version === right.version &&
        left.digest === right.digest
      );
    })
  );
}

/** Has agents of more than one release. */
export const isMixed = ({ agents }: Pick<HostSpec, 'agents'>): boolean =>
  agents.some(({ release }) => release !== undefined);

/** Whoever is of the release that the spec is of needs no word about it. */
function within(target: HostSpec, source: HostSpec, agent: HostAgent): HostAgent {
  const release = releaseOf(source, agent);
  const { release: _release, ...own } = agent;
  return release.version === target.version && release.digest === target.digest ? own : { ...own, release };
}

/** Whoever starts anew after a dependency (`restart: true`) is replaced when that is, in the plan as on the host. */
function followed(
  agents: readonly HostAgent[],
  before: readonly HostAgent[],
  named: Parts['named'],
  digest: Parts['digest'],
): readonly HostAgent[] {
  if ('cycle' in dependencyLevels(agents)) return agents;
  const known = new Map(agents.map((agent) => [agent.name, agent]));
  const old = new Map(before.map((agent) => [agent.name, agent]));
  const fingerprintOf = (agent: HostAgent): string => {
    if (named.has(agent.name)) return agent.fingerprint;
    const anew = agent.dependsOn.flatMap((need) => {
      const now = need.restart === true ? known.get(need.agent) : undefined;
      const fingerprint = now === undefined ? undefined : fingerprintOf(now);
      return fingerprint === undefined || fingerprint === old.get(need.agent)?.fingerprint ? [] : [fingerprint];
    });
    return anew.length === 0 ? agent.fingerprint : digest({ own: agent.fingerprint, followed: anew });
  };
  return agents.map((agent) => ({ ...agent, fingerprint: fingerprintOf(agent) }));
}
