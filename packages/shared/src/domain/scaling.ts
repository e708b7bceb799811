/**
 * How many instances of an agent a host runs: what its release says, changed by orders to the host, within bounds.
 * Rules that both programs share; nothing here measures or decides when.
 */
/** At most so many instances of one agent on one host. */
export const MOST_REPLICAS = 1_000;

/** `replicas: { min, max, ... }`. */
export interface ScalingSpec {
  /** At least 1. */
  readonly min: number;
  readonly max: number;
  /** By what the host scales by itself; empty: only people do. */
  readonly targets: readonly ScalingTarget[];
  /** After a change there is none by metric for so long; values have to be low for so long before instances go. */
  readonly cooldownMs: number;
}

export interface ScalingTarget {
  /** `cpu`, `memory`, or the name of a gauge on the bus as `bus:NAME`. */
  readonly metric: string;
  /** The mean of all instances: percent of what the agent may use, or the gauge's own unit. */
  readonly value: number;
}

/** An order to one host that is in force: it runs so many instances of an agent, whatever the release says. */
export interface Scaled {
  readonly replicas: number;
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
  /** '' where none was given. */
  readonly reason: string;
}

/** By the names of agents. */
export type ScaledAgents = Readonly<Record<string, Scaled>>;

/** What these rules read of an agent. */
export interface Scalable {
  readonly name: string;
  readonly replicas: number;
  readonly scaling?: ScalingSpec;
}

export const boundsOf = ({ scaling }: Pick<Scalable, 'scaling'>): { readonly min: number; readonly max: number } =>
  scaling ?? { min: 0, max: MOST_REPLICAS };

/** Why an agent can't be scaled to `replicas`, as a sentence; undefined: it can. */
export function problemOfReplicas(agent: Pick<Scalable, 'name' | 'scaling'>, replicas: number): string | undefined {
  const { min, max } = boundsOf(agent);
  if (Number.isSafeInteger(replicas) && replicas >= min && replicas <= max) return undefined;
  const rule = agent.scaling === undefined ? '' : ' by its release (`replicas` in agents.yaml)';
  return `${agent.name} can have from ${min} to ${max} instances on a host${rule}, not ${replicas}.`;
}

/** An agent may be called `constructor`. */
export const scaledOf = (scaled: ScaledAgents | undefined, agent: string): Scaled | undefined =>
  scaled !== undefined && Object.hasOwn(scaled, agent) ? scaled[agent] : undefined;

/** With the number of instances that is in force; the very object where its release says the same. */
export function asScaled<A extends Scalable>(agent: A, scaled: ScaledAgents | undefined): A {
  const replicas = scaledOf(scaled, agent.name)?.replicas ?? agent.replicas;
  return replicas === agent.replicas ? agent : { ...agent, replicas };
}

/**
 * How many a host runs of `next` where another release comes to it that runs `present` now. With bounds, what load has
 * grown is carried over; a plain number holds again.
 */
export function carriedReplicas({ replicas, scaling }: Omit<Scalable, 'name'>, present: number | undefined): number {
  if (scaling === undefined || present === undefined) return replicas;
  return Math.min(scaling.max, Math.max(scaling.min, present));
}

/** The orders that are in force once `next` runs. `before`: what runs now, as its release says, and the orders over it. */
export function carriedOver(
  before: { readonly agents: readonly Scalable[]; readonly scaled?: ScaledAgents },
  next: readonly Scalable[],
  at: { readonly by: string; readonly since: string },
): ScaledAgents {
  const carried = next.flatMap((agent): [string, Scaled][] => {
    const present = before.agents.find(({ name }) => name === agent.name);
    if (present === undefined) return [];
    const replicas = carriedReplicas(agent, asScaled(present, before.scaled).replicas);
    if (replicas === agent.replicas) return [];
    const order = scaledOf(before.scaled, agent.name) ?? { ...at, reason: 'as many as ran before' };
    return [[agent.name, { ...order, replicas }]];
  });
  return Object.fromEntries(carried);
}
