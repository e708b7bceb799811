// One supervisor in a folder of its own, from its start to its end, with what every measurement asks of it.
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { commandLine, familyOf, isAlive } from './proc.mjs';
import { Stamps } from './stamps.mjs';
import { kill } from './workplace.mjs';

export const now = () => Number(process.hrtime.bigint());
const START_MS = 120_000;

export class Run {
  /** `patient`: waits until all has settled; without, only long enough to see that it works. */
  constructor(place, Adapter, scenario, patient = true) {
    this.place = place;
    this.settleMs = patient ? 2_500 : 300;
    this.dir = place.fresh(`${Adapter.title}-${scenario}`, Adapter.kept);
    this.stamps = new Stamps(join(this.dir, 'stamps'));
    this.adapter = new Adapter({ place, dir: this.dir });
  }

  /** An agent with these words besides its own. */
  agent(id, words = {}) {
    const more = Object.entries(words).map(([key, value]) => `${key}=${value}`);
    return { id, argv: [this.place.agent, `ID=${id}`, `STAMP=${this.stamps.path}`, ...more] };
  }

  agents(count) {
    return Array.from({ length: count }, (_, index) => this.agent(`a${String(index).padStart(4, '0')}`));
  }

  /** Seconds from the start of the supervisor to the last agent's own stamp. Throws where they do not all run. */
  async up(agents) {
    await this.adapter.prepare(agents);
    this.stamps = new Stamps(this.stamps.path);
    const began = now();
    await this.adapter.start();
    await this.#all(agents);
    const first = [...this.stamps.byId.values()].map(([stamp]) => stamp.at);
    return (Math.max(...first) - began) / 1e9;
  }

  async #all(agents) {
    if (await this.stamps.until(({ byId }) => byId.size >= agents.length, START_MS)) return;
    throw new Error(`Only ${this.stamps.byId.size} of ${agents.length} agents of ${this.adapter.title} have started.`);
  }

  /** A command that starts agents may go on for a while when they run: nothing is measured before it has ended. */
  async settle() {
    const deadline = performance.now() + START_MS;
    while (this.adapter.isStarting() && performance.now() < deadline) await pause(50);
    await pause(this.settleMs);
  }

  /** The supervisor's processes, agents left out. */
  own() {
    return familyOf(this.adapter.roots(), this.place.isAgent);
  }

  /** What really runs: by id, the pids. */
  running() {
    const found = new Map();
    for (const pid of this.place.processesOf(this.dir)) {
      if (!this.place.isAgent(pid) || !isAlive(pid)) continue;
      const id = /\0ID=([^\0]*)/.exec(commandLine(pid))?.[1];
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), pid]);
    }
    return found;
  }

  /** Milliseconds from just before the kill to the stamp of the one that takes its place; undefined: none came. */
  async killAndWait(id, timeoutMs = 20_000) {
    this.stamps.read();
    const before = this.stamps.count(id);
    const began = now();
    kill(this.stamps.pid(id));
    const came = await this.stamps.until((stamps) => stamps.count(id) > before, timeoutMs, 2);
    return came ? (this.stamps.byId.get(id)[before].at - began) / 1e6 : undefined;
  }

  end() {
    this.place.end(this.dir);
  }
}
