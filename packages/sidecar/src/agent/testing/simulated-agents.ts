/**
 * For tests: a host on which everything that is asked for happens later, in any order, sometimes twice. Watches on
 * the way what must never be.
 */
import type { RestartPolicy } from '@outrider/shared/domain/agent.js';
import type { Action } from '../action.js';
import { reconcileBeside } from '../beside.js';
import { Board } from '../board.js';
import { followedNow } from '../dependency-gate.js';
import { type Decision, type Instance, type InstanceEvent, type Rules, deadlineOf, newInstance } from '../instance.js';
import { decide } from '../lifecycle.js';
import { reconcile } from '../reconcile.js';
import { SimulatedRules } from './simulated-rules.js';
import { type Followed, type Slot, type View, type Wanted, isRunning, phaseOf } from '../view.js';

export interface SimulatedAgent extends Wanted {
  /** Ends by itself, with code 0. */
  readonly oneShot: boolean;
  /** Two versions of it can't run at once. */
  readonly exclusive: boolean;
}

export interface Filled {
  spec: SimulatedAgent;
  readonly index: number;
  slot: Slot;
  instance: Instance;
  held: boolean;
  followed: Followed;
}

type Bare<E> = E extends InstanceEvent ? Omit<E, 'at' | 'random' | 'next'> : never;
interface Answer {
  readonly live: Filled;
  readonly deliver: () => void;
}

const ENOUGH_ROUNDS = 200;

export class SimulatedAgents {
  wanted: readonly SimulatedAgent[] = [];
  slots: Filled[] = [];
  /** What was asked for and has not happened yet. */
  answers: Answer[] = [];
  /** Kinds of actions that were taken. */
  readonly taken = new Set<Action['kind']>();
  /** What is new is proven beside what is old. */
  beside = false;
  /** As it was when the actions that are being taken were decided. */
  exclusive: ReadonlySet<string> = new Set();
  readonly #rules = new SimulatedRules(this);
  #now = 0;
  #incarnations = 0;
  /** Incarnations of which something may run. */
  readonly #alive = new Map<string, Filled>();

  /** Not to be frozen any more, whatever was asked for before. */
  readonly #thawed = new Set<Filled>();

  setTarget(wanted: readonly SimulatedAgent[], beside = false): void {
    this.wanted = wanted;
    this.beside = beside;
    this.#settle();
  }

  /** One of the answers that are due, or of the deadlines that may come; false: nothing is. `patient`: answers first. */
  step(choice: number, patient = false): boolean {
    const deadlines = this.slots.filter(({ instance }) => deadlineOf(instance) !== undefined);
    const waiting = patient && this.answers.length > 0 ? [] : deadlines;
    const open = this.answers.length + waiting.length;
    if (open === 0) return false;
    const pick = choice % open;
    const live = waiting[pick - this.answers.length];
    if (live !== undefined) {
      this.#now = Math.max(this.#now, deadlineOf(live.instance) ?? 0);
      this.#tell(live, { kind: 'deadline', incarnation: live.instance.incarnation, lateMs: 0, detail: '' });
    } else {
      const [answer] = this.answers.splice(pick, 1);
      answer?.deliver();
      // The world repeats itself.
      if (choice % 7 === 0) answer?.deliver();
    }
    this.#settle();
    return true;
  }

  crash(choice: number): void {
    const running = this.slots.filter(({ instance }) => isRunning(instance));
    const live = running[choice % Math.max(1, running.length)];
    if (live !== undefined) this.#exit(live, live.instance.incarnation, 1);
    this.#settle();
  }

  falter(choice: number): void {
    const ready = this.slots.filter(({ instance }) => instance.state === 'ready');
    const live = ready[choice % Math.max(1, ready.length)];
    if (live === undefined) return;
    const { incarnation } = live.instance;
    this.#tell(live, { kind: 'becameUnready', incarnation, detail: '' });
    this.#later(live, () => this.#tell(live, { kind: 'becameReady', incarnation }));
    this.#settle();
  }

  person(choice: number): void {
    const live = this.slots[choice % Math.max(1, this.slots.length)];
    if (live === undefined) return;
    const all = this.slots.filter(({ spec, index }) => spec.name === live.spec.name && index === live.index);
    const held = !live.held;
    for (const one of all) {
      one.held = held;
      if (held) this.#tell(one, { kind: 'stopAsked', sequel: 'rest', reason: 'by a person' });
      else this.#tell(one, { kind: 'startAsked', reason: 'by a person' });
    }
    this.#settle();
  }

  views(): View[] {
    return this.slots.map(({ spec, index, slot, instance, held, followed }) => ({
      agent: spec.name,
      index,
      slot,
      fingerprint: spec.fingerprint,
      phase: phaseOf(instance),
      running: isRunning(instance),
      held,
      checked: !spec.oneShot,
      dependsOn: spec.dependsOn,
      incarnation: instance.incarnation,
      followed,
    }));
  }

  #lookForExclusive(): ReadonlySet<string> {
    const specs = [...this.wanted, ...this.slots.map(({ spec }) => spec)];
    return (this.exclusive = new Set(specs.filter((spec) => spec.exclusive).map(({ name }) => name)));
  }

  #settle(): void {
    for (let round = 0; round < ENOUGH_ROUNDS; round++) {
      const actions = this.beside
        ? reconcileBeside(this.wanted, this.views(), this.#lookForExclusive())
        : reconcile(this.wanted, this.views());
      if (actions.length === 0) return;
      for (const action of actions) this.#do(action);
    }
    throw new Error('Reconciling does not come to an end.');
  }

  #do(action: Action): void {
    const { agent, index, slot } = action;
    this.taken.add(action.kind);
    const live = this.slots.find((one) => one.spec.name === agent && one.index === index && one.slot === slot);
    const spec = this.wanted.find(({ name }) => name === agent);
    if (action.kind === 'start') {
      if (live !== undefined || spec === undefined)
        throw new Error(`The ${slot} slot of ${agent}.${index} is not free.`);
      if (slot === 'candidate') this.#rules.overlap(spec);
      this.#rules.start(spec);
      const filled: Filled = { spec, index, slot, instance: newInstance(this.#now), held: false, followed: {} };
      this.slots.push(filled);
      this.#tell(filled, { kind: 'startAsked', reason: '' });
      return;
    }
    if (live === undefined) throw new Error(`There is no ${slot} ${agent}.${index} to ${action.kind}.`);
    switch (action.kind) {
      case 'stop':
        this.#rules.stop(live);
        this.#tell(live, { kind: 'stopAsked', sequel: 'rest', reason: action.reason });
        return;
      case 'forget':
        if (this.#alive.has(live.instance.incarnation))
          throw new Error(`${agent}.${index} was forgotten while it ran.`);
        this.slots = this.slots.filter((one) => one !== live);
        return;
      case 'promote':
        live.slot = 'active';
        return;
      case 'park':
        this.#rules.park(live);
        this.#tell(live, { kind: 'parkAsked' });
        return;
      case 'unpark':
        this.#tell(live, { kind: 'unparkAsked', reason: 'wanted again' });
        return;
      case 'restart':
        live.followed = this.#followed(live);
        this.#tell(live, { kind: 'stopAsked', sequel: 'start', reason: action.reason });
        return;
      case 'renew':
        if (spec !== undefined) live.spec = spec;
        return;
    }
  }

  /** Whoever follows a dependency was started after the process of it that runs now. */
  outdated(): string[] {
    return this.slots
      .filter(({ held, instance, followed, ...live }) => {
        const now = this.#followed({ held, instance, followed, ...live });
        const differs = (name: string, other: string): boolean => {
          const before = followed[name]?.split(',') ?? [];
          return other.split(',').some((one, at) => one !== '' && at < before.length && one !== before[at]);
        };
        return !held && isRunning(instance) && Object.entries(now).some(([name, other]) => differs(name, other));
      })
      .map(({ spec }) => spec.name);
  }

  #followed({ spec }: Filled): Followed {
    return followedNow(spec, new Board(this.wanted, this.views()));
  }

  #tell(live: Filled, told: Bare<InstanceEvent>): void {
    const event = { ...told, at: this.#now, random: 0.5, next: `i${++this.#incarnations}` };
    const before = live.instance.incarnation;
    const { instance, effects }: Decision = decide(live.instance, event, rulesOf(live.spec));
    live.instance = instance;
    for (const effect of effects) {
      const { incarnation } = instance;
      if (effect.kind === 'spawn') this.#later(live, () => this.#spawn(live, incarnation));
      if (effect.kind === 'signal') this.#later(live, () => this.#exit(live, incarnation, 0));
      if (effect.kind === 'park') {
        this.#thawed.delete(live);
        this.#later(live, () => this.#freeze(live, incarnation));
      }
      if (effect.kind === 'unpark') this.#thawed.add(live);
      if (effect.kind === 'killTree') this.#later(live, () => this.#bury(live, incarnation));
      if (told.kind === 'unparkAsked' && effect.kind === 'startProbes')
        this.#later(live, () => this.#tell(live, { kind: 'becameReady', incarnation }));
      if (effect.kind === 'release' && this.#alive.has(before)) throw new Error('Released while it ran.');
    }
  }

  #later(live: Filled, deliver: () => void): void {
    this.answers.push({ live, deliver });
  }

  #spawn(live: Filled, incarnation: string): void {
    const { instance, spec } = live;
    if (instance.state !== 'starting' || instance.process || instance.incarnation !== incarnation) return;
    for (const [other, of] of this.#alive) {
      if (of.spec.name === spec.name && of.index === live.index && of.slot === live.slot) {
        throw new Error(`${spec.name}.${live.index} runs twice: ${other} and ${incarnation}.`);
      }
    }
    this.#alive.set(incarnation, live);
    live.followed = this.#followed(live);
    this.#tell(live, { kind: 'spawned', incarnation });
    if (spec.oneShot) this.#later(live, () => this.#exit(live, incarnation, 0));
    else this.#later(live, () => this.#tell(live, { kind: 'becameReady', incarnation }));
  }

  #freeze(live: Filled, incarnation: string): void {
    if (!this.#thawed.has(live)) this.#tell(live, { kind: 'froze', incarnation });
  }

  #exit(live: Filled, incarnation: string, code: number): void {
    this.#tell(live, { kind: 'exited', incarnation, status: { kind: 'code', code } });
  }

  #bury(live: Filled, incarnation: string): void {
    this.#alive.delete(incarnation);
    this.#tell(live, { kind: 'treeGone', incarnation, stuck: [] });
  }
}

const rulesOf = (spec: SimulatedAgent): Rules => {
  const restart: RestartPolicy = spec.oneShot ? { kind: 'on-failure' } : { kind: 'always' };
  const held = spec.oneShot ? {} : { startPeriodMs: 60_000 };
  return { restart, stopSignal: 'SIGTERM', stopGraceMs: 10_000, strict: false, ...held };
};
