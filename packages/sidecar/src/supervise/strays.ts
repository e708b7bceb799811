/**
 * Agents that run without a record that could be read. They are left as they are until it is known what should run;
 * then each is taken in as what its own environment proves, so that none is lost and none doubled.
 */
import type { Stray } from './ports.js';
import type { SupervisedApp } from './supervised-app.js';
import type { SupervisorParts } from './supervisor-parts.js';

type Parts = Pick<SupervisorParts, 'processes' | 'bus' | 'warn'>;

export class Strays {
  #found: readonly Stray[] = [];

  constructor(private readonly parts: Parts) {}

  /** `recorded`: the incarnations that are known. Returns those that are found besides. */
  look(recorded: readonly string[]): readonly string[] {
    const { processes, bus, warn } = this.parts;
    this.#found = processes.strays(bus.prefix).filter(({ incarnation }) => !recorded.includes(incarnation));
    for (const { app, agent, identity } of this.#found) {
      const what = `Agent ${app}/${agent} runs as process ${identity.pid} without a record`;
      warn(`${what}; it is taken in as what it can prove.`);
    }
    return this.#found.map(({ incarnation }) => incarnation);
  }

  takeIn(app: SupervisedApp): void {
    const ours = this.#found.filter((stray) => stray.app === app.name);
    this.#found = this.#found.filter((stray) => stray.app !== app.name);
    for (const stray of ours) {
      if (app.takeIn(stray)) continue;
      const { agent, identity, incarnation } = stray;
      this.parts.warn(`Process ${identity.pid} is a second ${app.name}/${agent} without a record, and is ended.`);
      void this.parts.processes.killTree(identity, incarnation);
    }
  }
}
