/** What should run beside what is there, so that each is found at once. */
import type { Pair, Slot, View, Wanted } from './view.js';

const NOTHING: Pair = {};

export class Board<V extends View = View> {
  readonly #agents: ReadonlyMap<string, Wanted>;
  readonly #pairs = new Map<string, { -readonly [S in Slot]?: V }[]>();

  constructor(
    readonly wanted: readonly Wanted[],
    readonly views: readonly V[],
  ) {
    this.#agents = new Map(wanted.map((agent) => [agent.name, agent]));
    for (const view of views) {
      let pairs = this.#pairs.get(view.agent);
      if (pairs === undefined) this.#pairs.set(view.agent, (pairs = []));
      (pairs[view.index] ??= {})[view.slot] = view;
    }
  }

  agent(name: string): Wanted | undefined {
    return this.#agents.get(name);
  }

  /** The slots of one index of an agent. */
  pair(agent: string, index: number): Pair<V> {
    return this.#pairs.get(agent)?.[index] ?? (NOTHING as Pair<V>);
  }

  /** Whether some version of it should run here. */
  isWanted({ agent, index }: Pick<View, 'agent' | 'index'>): boolean {
    return index < (this.#agents.get(agent)?.replicas ?? 0);
  }
}
