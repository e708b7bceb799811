/** For tests: what must never be on a simulated host, judged without the code that is tested. */
import { type Slot, isRunning } from '../view.js';
import type { Filled, SimulatedAgent } from './simulated-agents.js';

export interface Observed {
  readonly wanted: readonly SimulatedAgent[];
  readonly slots: readonly Filled[];
  readonly beside: boolean;
  readonly exclusive: ReadonlySet<string>;
}

/** Each is asked before something is done, and throws where that must not be. */
export class SimulatedRules {
  constructor(private readonly host: Observed) {}

  /** Dependencies come first. */
  start(spec: SimulatedAgent): void {
    const removed = this.host.slots.find(
      (one) => !this.host.wanted.some((of) => of.name === one.spec.name && one.index < of.replicas),
    );
    if (!this.host.beside && removed !== undefined && isRunning(removed.instance))
      throw new Error(`${removed.spec.name} is not gone yet.`);
    for (const { agent, condition } of spec.dependsOn) {
      // The old one has to do until everything else is new.
      if (this.host.beside && this.#comesLast(agent) && this.host.slots.some((one) => one.spec.name === agent))
        continue;
      const other = this.host.wanted.find(({ name }) => name === agent);
      for (let index = 0; index < (other?.replicas ?? 0); index++) {
        const slots = this.#of(agent, index);
        const good = slots.some(
          ({ spec: of, instance, held }) =>
            held ||
            (of.fingerprint === other?.fingerprint &&
              (instance.state === 'ready' ||
                (instance.state === 'exited' && of.oneShot) ||
                (condition === 'service_started' && isRunning(instance)))),
        );
        if (!good) throw new Error(`${spec.name} was started before ${agent}.${index} was ${condition}.`);
      }
    }
  }

  overlap({ name, order, parallelism, replicas }: SimulatedAgent): void {
    const candidates = this.host.slots.filter(
      (one) => one.spec.name === name && one.slot === 'candidate' && one.index < replicas,
    );
    if (this.host.beside) {
      if (this.host.exclusive.has(name)) throw new Error(`${name} can't overlap.`);
      return;
    }
    if (order === 'stop-first' || candidates.length >= parallelism) throw new Error(`${name} overlaps too much.`);
  }

  /** It can't run twice, or may have to wait for one that can't. */
  #comesLast(name: string): boolean {
    const spec = this.host.wanted.find((one) => one.name === name);
    return this.host.exclusive.has(name) || spec?.dependsOn.some(({ agent }) => this.#comesLast(agent)) === true;
  }

  /** Whether all that is wanted and can run twice stands in the wanted version. */
  #proven(names: readonly string[]): boolean {
    return this.host.wanted
      .filter(({ name }) => names.includes(name))
      .every((agent) =>
        Array.from({ length: agent.replicas }, (_, index) => index).every((index) =>
          this.#of(agent.name, index).some(
            ({ held, spec, instance }) =>
              held ||
              (spec.fingerprint === agent.fingerprint &&
                (instance.state === 'ready' || (instance.state === 'exited' && spec.oneShot))),
          ),
        ),
      );
  }

  park({ spec, index }: Filled): void {
    if (!this.#proven(this.host.wanted.map(({ name }) => name)))
      throw new Error(`${spec.name}.${index} was parked before all that is new stood.`);
  }

  /** Once it is asked to stop, what is old and serves is missed. */
  #watchStopBeside({ spec, index }: Filled): void {
    const early = this.host.wanted.map(({ name }) => name).filter((name) => !this.#comesLast(name));
    if (!this.host.exclusive.has(spec.name)) throw new Error(`${spec.name}.${index} was stopped, not kept.`);
    if (!this.#proven(early)) throw new Error(`${spec.name}.${index} was stopped before all that is new stood.`);
  }

  stop({ spec, index, slot, instance, held }: Filled): void {
    const isNew = this.host.wanted.some(
      ({ name, fingerprint }) => name === spec.name && fingerprint === spec.fingerprint,
    );
    if (this.host.beside && !held && !isNew && slot === 'active' && ['ready', 'parked'].includes(instance.state)) {
      this.#watchStopBeside({ spec, index, slot, instance, held, followed: {} });
    }
    if (this.host.beside) return;
    this.#watchSurplus(spec.name, index);
    // What goes back thaws what was kept before anything that is new goes.
    const thawing = this.host.slots.filter(
      ({ spec: one, instance: of }) =>
        of.state === 'starting' &&
        of.wasParked === true &&
        this.host.wanted.some(({ fingerprint }) => fingerprint === one.fingerprint),
    );
    const isWanted = this.host.wanted.some(({ name, replicas }) => name === spec.name && index < replicas);
    if (!held && instance.state === 'ready' && thawing.length > 0 && (!isWanted || slot === 'candidate'))
      throw new Error(`${spec.name}.${index} was stopped while what was kept thawed.`);
    const wanted = this.host.wanted.find(({ name, replicas }) => name === spec.name && index < replicas);
    if (wanted === undefined || held || instance.state !== 'ready' || slot !== 'active') return;
    if (this.#serves(spec.name, index, 'candidate')) return;
    if (wanted.order === 'start-first') throw new Error(`${spec.name}.${index} was stopped first.`);
    const others = Array.from({ length: wanted.replicas }, (_, other) => other).filter((other) => other !== index);
    const down = others.filter((other) => !this.#serves(spec.name, other)).length + 1;
    if (down > wanted.parallelism) throw new Error(`${down} replicas of ${spec.name} are down at once.`);
  }

  /** An agent that stays loses its last instances first, no more at once than it may. */
  #watchSurplus(name: string, index: number): void {
    const wanted = this.host.wanted.find((one) => one.name === name);
    if (wanted === undefined || index < wanted.replicas) return;
    const later = this.host.slots.filter(
      (one) =>
        one.spec.name === name && one.index > index && !['exited', 'backoff', 'failed'].includes(one.instance.state),
    );
    const indexes = new Set(later.map((one) => one.index));
    if (indexes.size >= wanted.parallelism) throw new Error(`${name}.${index} was stopped before those after it.`);
  }

  #serves(agent: string, index: number, slot?: Slot): boolean {
    const wanted = this.host.wanted.find(({ name }) => name === agent);
    const isDone = ({ spec, instance }: Filled): boolean =>
      instance.state === 'exited' && spec.oneShot && spec.fingerprint === wanted?.fingerprint;
    return this.#of(agent, index).some(
      (one) =>
        (one.held && slot === undefined) ||
        ((slot === undefined || one.slot === slot) && (one.instance.state === 'ready' || isDone(one))),
    );
  }

  #of(agent: string, index: number): Filled[] {
    return this.host.slots.filter((one) => one.spec.name === agent && one.index === index);
  }
}
