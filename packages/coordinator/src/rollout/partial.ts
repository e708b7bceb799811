/** A plan for some agents only: what each host would run then, and what speaks against it. */
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import { releaseOf } from '@outrider/shared/domain/agent-release.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { compose, isConcerned, isMixed } from './compose.js';

export interface PartialHost {
  readonly name: string;
  /** Of the release, resolved for it; absent: the host is not asked for, and stays as it is. */
  readonly target?: HostSpec;
  /** What it runs now; absent: nothing. Or why that is not known, as a sentence. */
  readonly running?: HostSpec | string;
  /** Names of the agents that run on it, also where its spec is not known. */
  readonly agents: readonly string[];
  readonly canMix: boolean;
  /** Nothing is composed for it: it may stand for what it had, or be a reason to wait. Absent: it is there. */
  readonly isDown?: boolean;
}

export interface PartialAsk {
  /** Names; at least one. */
  readonly agents: readonly string[];
  readonly app: string;
  readonly version: string;
  /** Names of all agents of the release, on whatever host. */
  readonly declared: readonly string[];
  readonly digest: (value: unknown) => string;
  readonly suggest: (name: string, known: readonly string[]) => string | undefined;
}

export interface Composed {
  /** Names of the hosts with a target that have a named agent, or would get one; all others are left alone. */
  readonly concerned: readonly string[];
  /** Of those that are not down. */
  readonly specs: ReadonlyMap<string, HostSpec>;
  /** Sentences: what was asked for is wrong. */
  readonly problems: readonly string[];
  /** Sentences: it can't be done now. */
  readonly passing: readonly string[];
}

export function composeHosts(hosts: readonly PartialHost[], ask: PartialAsk): Composed {
  const named = new Set(ask.agents);
  const specs = new Map<string, HostSpec>();
  const passing: string[] = [];
  const concerned = hosts.filter(
    ({ target, agents }) =>
      target !== undefined && (isConcerned({ target, named }) || agents.some((agent) => named.has(agent))),
  );
  for (const { name, target, running, canMix, isDown } of concerned) {
    if (target === undefined || isDown === true) continue;
    if (typeof running === 'string') {
      specs.set(name, target);
      passing.push(running);
      continue;
    }
    const spec = compose({ target, named, digest: ask.digest, ...(running === undefined ? {} : { running }) });
    specs.set(name, spec);
    if (isMixed(spec) && !canMix) passing.push(cannotMix(name));
  }
  const problems = [...unknownAgents(hosts, ask), ...circles(specs), ...unresolved(hosts, specs, named, ask)];
  return { concerned: concerned.map(({ name }) => name), specs, problems, passing };
}

export const cannotMix = (host: string): string =>
  `The sidecar of ${host} is of a version that cannot keep agents of another release. Update it, or leave out --agents.`;

function unknownAgents(hosts: readonly PartialHost[], { agents, declared, version, suggest }: PartialAsk): string[] {
  const chosen = hosts.filter(({ target }) => target !== undefined);
  const there = new Set(chosen.flatMap((host) => [...host.agents, ...(host.target?.agents ?? []).map(nameOf)]));
  const known = [...new Set([...declared, ...hosts.flatMap((host) => host.agents)])];
  return agents
    .filter((name) => !there.has(name))
    .map((name) => {
      if (known.includes(name)) {
        return `--agents names "${name}", which ${nobodyOf(chosen)} runs or would get.`;
      }
      const near = suggest(name, known);
      const hint = near === undefined ? `Known agents: ${list(known)}.` : `Did you mean "${near}"?`;
      return `--agents names "${name}", which is neither in ${version} nor in what runs. ${hint}`;
    });
}

const nobodyOf = (hosts: readonly PartialHost[]): string =>
  hosts.length === 0 ? 'no host that is there' : `none of the hosts ${list(hosts.map(({ name }) => name))}`;

const circles = (specs: ReadonlyMap<string, HostSpec>): string[] =>
  [...specs].flatMap(([host, { agents }]) => {
    const levels = dependencyLevels(agents);
    return 'cycle' in levels
      ? [`On ${host}, agents of both releases would need each other in a circle: ${levels.cycle.join(' -> ')}.`]
      : [];
  });

/** A need is met by any host that has the agent, as ever; what nobody would have any more, or yet, is refused. */
function unresolved(
  hosts: readonly PartialHost[],
  specs: ReadonlyMap<string, HostSpec>,
  named: ReadonlySet<string>,
  { version }: PartialAsk,
): string[] {
  const after = new Set(hosts.flatMap((host) => specs.get(host.name)?.agents.map(nameOf) ?? host.agents));
  const before = new Set(hosts.flatMap((host) => host.agents));
  const full = new Set(hosts.flatMap((host) => (host.target?.agents ?? []).map(nameOf)));
  return [...specs].flatMap(([host, spec]) =>
    spec.agents.flatMap((agent) =>
      agent.dependsOn.flatMap(({ agent: need }) => {
        if (after.has(need)) return [];
        const who = `On ${host}, ${agent.name} ${releaseOf(spec, agent).version} needs ${need}`;
        if (named.has(agent.name)) {
          return full.has(need) ? [`${who}, which runs nowhere yet. Name it too: --agents ${agent.name},${need}.`] : [];
        }
        return before.has(need)
          ? [`${who}, which is not in ${version}. Name ${agent.name} too, or leave ${need} out.`]
          : [];
      }),
    ),
  );
}

const nameOf = ({ name }: { readonly name: string }): string => name;
const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
