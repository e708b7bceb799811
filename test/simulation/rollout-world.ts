/**
 * A rollout without engine, Redis or network: the real decisions of the coordinator against the real decisions of
 * hosts, with every answer late, twice, in another order or lost, clocks that jump, and a leader that dies at any
 * moment or comes back from the dead. Chance comes from a seed.
 */
import { begin } from '@outrider/coordinator/rollout/begin.js';
import { isPromotedStage } from '@outrider/coordinator/rollout/first-stage.js';
import { newGate } from '@outrider/coordinator/rollout/gate-cells.js';
import { decide } from '@outrider/coordinator/rollout/decide.js';
import type {
  Decision,
  HistoryLine,
  Limits,
  RolloutCommand,
  RolloutEvent,
} from '@outrider/coordinator/rollout/decision.js';
import type { GateOutcome, GateSpec } from '@outrider/shared/domain/gate.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { joinedApps, placeKey } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Chance, chanceOf } from './chance.js';
import type { Fate } from './host-agents.js';
import { brokenHooks, brokenHooksAtEnd, type HookOptions, HookWorld } from './hook-world.js';
import { brokenByDecision } from './invariants.js';
import { RealHost } from './real-host.js';

export const APP = 'assistants';
/** Rolled out together, where there are two. */
export const APPS = [APP, 'tools'] as const;
export const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
export const LIMITS: Limits = { stageMs: 60_000, switchMs: 60_000, commitMs: 5_000, revertMs: 30_000, lostMs: 5_000 };
/** For worlds in which nothing may be given up for being late. */
const PATIENT: Limits = { stageMs: 1e9, switchMs: 400_000, commitMs: 1e9, revertMs: 1e9, lostMs: 5_000 };
export const T = 9_000;

export interface WorldOptions {
  readonly seed: number;
  readonly kind: Rollout['kind'];
  readonly hosts: number;
  /** How many of `APPS` each host has; absent: the first alone. */
  readonly apps?: 1 | 2;
  readonly first: boolean;
  readonly bakeMs: number;
  readonly commit: 'together' | 'each';
  readonly strategy?: Rollout['options']['strategy'];
  readonly onFailure?: Rollout['options']['onFailure'];
  /** Hosts in one wave at most; 0: all. */
  readonly parallel?: number;
  /** Of a rollback: agents move from each host to those after it. */
  readonly moves?: boolean;
  /** The first so many hosts are the canary, which a person has to promote. */
  readonly promotedAfter?: number;
  /** By host, of two apps by host and app. */
  readonly fates: readonly Fate[];
  /** What becomes of the old release when a host goes back to it. */
  readonly oldFates: readonly Fate[];
  readonly order?: 'stop-first' | 'start-first';
  readonly chaos: number;
  /** Asked in each bake; they say anything while there is trouble, and pass once it is calm. */
  readonly gates?: readonly GateSpec[];
  /** Before and after its steps. */
  readonly hooks?: HookOptions;
  /** Only what must not matter: answers that are late, twice or lost, leaders and sidecars that die, pauses. */
  readonly harmless?: boolean;
  /** With `harmless`: hosts are started anew and people abort, all the same. */
  readonly aborts?: boolean;
  readonly visited?: Map<string, number>;
  /** How often each kind of trouble was made. */
  readonly injected?: Map<string, number>;
  /** Keeps a line for all that happens. */
  readonly story?: boolean;
  readonly heard?: (event: RolloutEvent, decision: Decision, limits: Limits) => void;
}

type Message =
  | { readonly to: 'host'; readonly host: number; readonly command: RolloutCommand; readonly epoch: number }
  | { readonly to: 'leader'; readonly host: number; readonly status: AppStatus | 'gone'; readonly epoch: number };

/** A leader that was fenced and does not know it yet. */
interface Ghost {
  readonly epoch: number;
  readonly commands: readonly (readonly [number, RolloutCommand])[];
}

interface Trouble {
  readonly weight: number;
  readonly name: string;
  readonly make: (index: number) => void;
}

export class World {
  /** One for each app of each host, named as in the record. */
  readonly hosts: readonly RealHost[];
  readonly log: string[] = [];
  readonly begun: Rollout;
  readonly limits: Limits;
  rollout: Rollout;
  lastLine: HistoryLine | undefined;
  mostSwitching = 0;
  /** What was wrong at the moment when it happened. */
  readonly faults: string[] = [];
  private readonly chance: Chance;
  readonly hooks: HookWorld | undefined;
  private readonly troubles: readonly Trouble[];
  private readonly weights: number;
  private readonly outbox = new Map<number, RolloutCommand>();
  private flying: Message[] = [];
  private ghost: Ghost | undefined;
  private epoch = 1;
  private now = 1_000_000;
  /** Of the leader's wall clock, against the clocks of the hosts. */
  private skew = 0;
  private triedAgain = 0;
  private readonly cutSince = new Map<number, number>();
  private readonly unsteady = new Set<number>();
  private readonly renewed = new Map<number, number>();

  constructor(readonly options: WorldOptions) {
    this.chance = chanceOf(options.seed);
    this.limits = options.harmless === true ? PATIENT : LIMITS;
    this.hosts = Array.from({ length: options.hosts * this.apps.length }, (_, index) => this.newHost(index));
    this.hooks = options.hooks === undefined ? undefined : this.hookWorld(options.hooks);
    const decision = begin(this.firstRecord(), this.limits);
    this.rollout = decision.rollout;
    this.begun = decision.rollout;
    this.take(decision, undefined);
    this.troubles = this.choose();
    this.weights = this.troubles.reduce((sum, { weight }) => sum + weight, 0);
  }

  private get apps(): readonly string[] {
    return APPS.slice(0, this.options.apps ?? 1);
  }

  /** Which host it is, of that and that place. */
  private machine(index: number): number {
    return Math.floor(index / this.apps.length);
  }

  /** Every place on the same host. */
  private beside(index: number): readonly number[] {
    return [...this.hosts.keys()].filter((other) => this.machine(other) === this.machine(index));
  }

  get hasEnded(): boolean {
    return hasEnded(this.rollout.phase);
  }

  /** How many hosts may be on their way at once. */
  get allowed(): number {
    const { parallel = 1, hosts } = this.options;
    return parallel === 0 ? hosts : parallel;
  }

  /** Trouble for a while, then calm until it has ended. Returns false where it never does. */
  run(): boolean {
    for (let step = 0; step < this.options.chaos && !this.hasEnded; step++) this.stir();
    this.cutSince.clear();
    this.unsteady.clear();
    for (let step = 0; step < 3_000 && !this.hasEnded; step++) this.calm();
    // What is still in the air arrives, leases run out, hosts finish what they are at.
    this.flying = this.flying.filter((message) => message.to === 'host');
    while (this.flying.length > 0) this.deliver(0);
    for (let step = 0; step < 60 && (step < 12 || !this.isStill); step++) {
      this.pass(1_000, false);
      for (const host of this.hosts) host.work();
    }
    for (const host of this.hosts) this.faults.push(...host.faults);
    this.hooks?.settle();
    if (this.hooks !== undefined) {
      this.faults.push(...brokenHooksAtEnd(this.rollout, this.hooks.hosts), ...this.hooks.faults);
    }
    return this.hasEnded;
  }

  private hookWorld(hooks: HookOptions): HookWorld {
    return new HookWorld(hooks, {
      seed: this.options.seed,
      hosts: this.hosts.map(({ name }) => name),
      rollout: () => this.rollout,
      epoch: () => this.epoch,
      boundTo: (index) => this.hosts[index]?.epoch ?? 0,
      isCut: (index) => this.cutSince.has(index),
      tell: (event) => this.tell(event),
      now: () => this.wall,
    });
  }

  private get isStill(): boolean {
    return this.hosts.every((host) => host.phase === 'idle');
  }

  private newHost(index: number): RealHost {
    const { fates, oldFates, first, order = 'stop-first' } = this.options;
    const fateOf = ({ version }: ReleaseRef): Fate =>
      (version === '2.0.0' ? fates[index] : version === '1.0.0' ? oldFates[index] : 'good') ?? 'good';
    const app = this.apps[index % this.apps.length] ?? APP;
    const name = placeKey(`h${this.machine(index)}`, this.apps.length === 1 ? undefined : app);
    const host = new RealHost(name, app, { fateOf, order, switchLimitMs: this.limits.switchMs - 15_000 });
    host.advance(this.now);
    if (!first) host.install(ref('1.0.0'));
    host.bindEpoch(this.epoch, this.holder);
    return host;
  }

  private firstRecord(): Rollout {
    const { options } = this;
    const { parallel = 1, promotedAfter = 0, strategy, onFailure } = options;
    const apps = this.apps.map((app) => ({ app, version: '2.0.0', digest: '2.0.0' }));
    const several = apps.length > 1;
    const waveOf = (index: number): number => (parallel === 0 ? 1 : 1 + Math.floor(index / parallel));
    const canaryWave = promotedAfter === 0 || promotedAfter >= options.hosts ? 0 : waveOf(promotedAfter - 1);
    return {
      ...{
        id: 'r1',
        seq: 1,
        kind: options.kind,
        app: joinedApps(this.apps),
        environment: 'local',
        version: '2.0.0',
        digest: '2.0.0',
      },
      ...{ phase: 'staging', paused: false, by: 'test', startedAt: this.now, steps: 0 },
      ...(several ? { apps } : {}),
      hosts: this.hosts.map(({ name: host, app }, index) => ({
        ...(several ? { app } : {}),
        ...{ host, wave: waveOf(this.machine(index)), state: 'pending', to: ref('2.0.0'), touched: false, step: 0 },
        ...(options.first ? { empty: ref('none') } : { from: ref('1.0.0') }),
        ...(options.moves === true && index > 0 ? { after: this.before(index) } : {}),
      })),
      ...(options.gates === undefined ? {} : { gates: options.gates.map(newGate) }),
      ...(options.hooks === undefined ? {} : { hooks: options.hooks.specs }),
      options: {
        ...{ bakeMs: options.bakeMs, confirmWithinMs: T, commit: options.commit, skipDown: false },
        ...(strategy === undefined ? {} : { strategy }),
        ...(onFailure === undefined ? {} : { onFailure }),
        ...(canaryWave === 0 ? {} : { canaryWave, awaitPromotion: true }),
      },
    };
  }

  /** Names of the hosts before this one, where the same app is. */
  private before(index: number): readonly string[] {
    const { app } = this.hosts[index] ?? {};
    return this.hosts.slice(0, index).flatMap((host) => (host.app === app ? [host.name] : []));
  }

  private get holder(): string {
    return `leader-${this.epoch}`;
  }

  /** What may happen, and how often beside the others. */
  private choose(): readonly Trouble[] {
    const { harmless = false, aborts = false } = this.options;
    const anywhere = (): number => Math.floor(this.chance() * this.flying.length);
    const always: readonly Trouble[] = [
      { weight: 300, name: 'a message arrives, out of order', make: () => this.deliver(anywhere()) },
      { weight: 60, name: 'a message is lost', make: () => void this.flying.splice(anywhere(), 1) },
      { weight: 60, name: 'a message arrives twice', make: () => this.duplicate() },
      { weight: 220, name: 'a host goes on', make: (index) => this.hosts[index]?.work() },
      { weight: 120, name: 'a host reports', make: (index) => this.report(index) },
      { weight: 120, name: 'time passes', make: () => this.pass(Math.floor(this.chance() * 4_000), true) },
      { weight: 40, name: 'a command is sent again', make: () => this.resend() },
      { weight: 20, name: 'a leader dies, another follows', make: () => this.crash() },
      { weight: 15, name: 'a fenced leader goes on', make: () => this.haunt() },
      { weight: 10, name: 'a host begins or ends to come and go', make: (index) => this.waver(index) },
      {
        weight: 12,
        name: 'an agent is scaled',
        make: (index) => this.each(index, (host) => host.scale(1 + Math.floor(this.chance() * 9))),
      },
      { weight: 8, name: 'a sidecar is started anew', make: (index) => this.each(index, (host) => host.restart()) },
    ];
    const reboot = {
      weight: 5,
      name: 'a host is started anew',
      make: (index: number) => this.each(index, (host) => host.reboot()),
    };
    const abort = {
      weight: 4,
      name: 'a person aborts',
      make: () => this.tell({ kind: 'abort', by: 'somebody', at: this.wall }),
    };
    const pause = { weight: 30, name: 'a person pauses or resumes', make: () => this.pause() };
    if (harmless) return [...always, pause, ...(aborts ? [reboot, abort] : [])];
    return [
      ...always,
      reboot,
      { weight: 8, name: 'a sidecar is killed at a command', make: (index) => this.killAtCommand(index) },
      { weight: 20, name: 'a host is cut off, or reached again', make: (index) => this.cut(index) },
      { weight: 5, name: 'a host refuses', make: (index) => this.refuse(index) },
      { weight: 3, name: "the leader's clock jumps", make: () => this.jump() },
      { weight: 45, name: 'a person says something', make: () => this.people() },
    ];
  }

  private each(index: number, act: (host: RealHost) => void): void {
    for (const other of this.beside(index)) if (this.hosts[other] !== undefined) act(this.hosts[other]);
  }

  private stir(): void {
    if (this.options.gates !== undefined && this.chance() < 0.2) this.hearGate();
    if (this.hooks !== undefined && this.chance() < 0.4) {
      this.hooks.stir();
      return;
    }
    const index = Math.floor(this.chance() * this.hosts.length);
    let dice = this.chance() * this.weights;
    for (const { weight, name, make } of this.troubles) {
      dice -= weight;
      if (dice >= 0) continue;
      const { injected } = this.options;
      injected?.set(name, (injected.get(name) ?? 0) + 1);
      if (this.options.story === true) this.log.push(`${this.now} (${name}${make.length > 0 ? `: h${index}` : ''})`);
      make(index);
      return;
    }
  }

  private calm(): void {
    this.resend();
    while (this.flying.length > 0) this.deliver(0);
    this.hosts.forEach((host, index) => {
      host.work();
      this.report(index);
    });
    while (this.flying.length > 0) this.deliver(0);
    this.hooks?.calm();
    for (const { name } of this.options.gates ?? []) this.say(name, this.rollout.gateRound ?? 0, 'pass');
    if (this.rollout.awaiting !== undefined) this.tell({ kind: 'promote', by: 'test', at: this.wall });
    else if (this.rollout.holding !== undefined) this.decideOnHold();
    else if (this.rollout.paused) this.tell({ kind: 'resume', by: 'test', at: this.wall });
    this.pass(500, true);
  }

  /** A person tries again now and then, and gives up in the end. */
  private decideOnHold(): void {
    if (this.chance() > 0.05) return;
    const kind = this.triedAgain++ < 2 && this.chance() < 0.6 ? 'resume' : 'abort';
    this.tell({ kind, by: 'test', at: this.wall });
  }

  private get wall(): number {
    return this.now + this.skew;
  }

  /** Good verdicts that count, by round and gate. */
  private readonly passes = new Map<string, number>();

  private hearGate(): void {
    const gates = this.options.gates ?? [];
    const gate = gates[Math.floor(this.chance() * gates.length)];
    const dice = this.chance();
    const outcome = dice < 0.75 ? 'pass' : dice < 0.9 ? 'error' : dice < 0.96 ? 'inconclusive' : 'fail';
    // One in five comes late, from a bake that is over.
    const round = (this.rollout.gateRound ?? 0) - (this.chance() < 0.2 ? 1 : 0);
    if (gate !== undefined) this.say(gate.name, round, outcome);
  }

  private say(gate: string, round: number, outcome: GateOutcome): void {
    const { phase, paused, gateRound } = this.rollout;
    if (outcome === 'pass' && phase === 'baking' && !paused && round === gateRound) {
      this.passes.set(`${round}/${gate}`, (this.passes.get(`${round}/${gate}`) ?? 0) + 1);
    }
    this.tell({ kind: 'gate', gate, round, verdict: { outcome, reason: outcome }, at: this.wall });
  }

  /** A bake that ends well has heard every gate as often as it counts, unless a person has promoted its hosts. */
  private inspectGates(next: Rollout): void {
    const now = this.rollout;
    const isOver = next.phase === 'switching' || next.phase === 'committing' || next.awaiting !== undefined;
    if (now.phase !== 'baking' || now.awaiting !== undefined || now.holding !== undefined || !isOver) return;
    if (isPromotedStage(now) || now.promotedBy !== next.promotedBy) return;
    for (const { name, count } of this.options.gates ?? []) {
      const heard = this.passes.get(`${next.gateRound ?? 0}/${name}`) ?? 0;
      if (heard < count) this.faults.push(`the bake ended though ${name} had passed ${heard} times of ${count}`);
    }
  }

  private tell(event: RolloutEvent): void {
    const { visited, heard } = this.options;
    if (visited !== undefined) {
      const cell = `${this.rollout.kind}/${this.rollout.phase}/${event.kind}`;
      visited.set(cell, (visited.get(cell) ?? 0) + 1);
    }
    const decision = decide(this.rollout, event, this.limits);
    heard?.(event, decision, this.limits);
    this.take(decision, event);
  }

  private take({ rollout, effects, events }: Decision, event: RolloutEvent | undefined): void {
    const before = this.rollout;
    if (event !== undefined) {
      // A pause that changes nothing may have been forgotten.
      if (rollout === before && effects.length === 0 && event.kind !== 'pause') return;
      this.faults.push(...brokenByDecision(before, event, { rollout, effects, events }));
      this.faults.push(...brokenHooks(before, { rollout, effects, events }));
      this.inspectGates(rollout);
    }
    this.lastLine = events.at(-1) ?? this.lastLine;
    if (event !== undefined && !hasEnded(before.phase) && hasEnded(rollout.phase)) this.inspectEnd(rollout);
    this.rollout = rollout;
    if (this.options.story === true) this.tellStory(before, rollout, event, events);
    for (const command of effects) {
      const host = this.hosts.findIndex((candidate) => candidate.name === command.host);
      if (this.options.story === true) {
        this.log.push(`${this.now} ${rollout.phase}: ${command.kind} ${command.release.version} -> ${command.host}`);
      }
      this.outbox.set(host, command);
      this.flying.push({ to: 'host', host, command, epoch: this.epoch });
    }
    if (hasEnded(rollout.phase)) this.outbox.clear();
  }

  private tellStory(
    before: Rollout,
    now: Rollout,
    event: RolloutEvent | undefined,
    lines: readonly HistoryLine[],
  ): void {
    const moved = before.phase === now.phase ? '' : ` ${before.phase} -> ${now.phase}`;
    const host = event !== undefined && 'host' in event ? ` of ${event.host}` : '';
    if (moved !== '' || lines.length > 0) {
      const told = lines.map((line) => `${line.type}${line.host === undefined ? '' : ` ${line.host}`}`).join(', ');
      this.log.push(`${this.now} ${event?.kind ?? 'begin'}${host}:${moved} ${told}`);
    }
  }

  /** A rollout that says that it is done must be: every host is where it should be, and well. */
  private inspectEnd(rollout: Rollout): void {
    if (rollout.phase === 'stuck') return;
    rollout.hosts.forEach((host, index) => {
      const real = this.hosts[index]?.appStatus();
      // A restart of its sidecar is no more than a moment in which nothing is known.
      if (!host.touched || real === undefined || this.hosts[index]?.isJustStarted === true) return;
      // Whoever aborts a rollback waits for no host that is lost; it is named.
      if (rollout.kind === 'rollback' && (host.state === 'failed' || host.state === 'unreachable')) return;
      const isUnderWay = real.phase === 'switching' || real.phase === 'trial' || real.phase === 'reverting';
      // What is unwell by chance may be so now and well when it was asked.
      const isUnwell = (this.options.fates[index] ?? 'good') === 'good' && !real.converged;
      if (isUnderWay || isUnwell)
        this.faults.push(`one active release: ${host.host} is ${real.phase} when the rollout has ended`);
    });
  }

  private deliver(index: number): void {
    const [message] = this.flying.splice(index, 1);
    if (message === undefined) return;
    if (this.cutSince.has(message.host)) return;
    if (message.to === 'leader') this.hear(message);
    else this.obey(message);
    const switching = new Set<number>();
    this.hosts.forEach((host, at) => {
      if (host.phase === 'switching') switching.add(this.machine(at));
    });
    this.mostSwitching = Math.max(this.mostSwitching, switching.size);
  }

  private hear({ host, status, epoch }: Extract<Message, { to: 'leader' }>): void {
    const name = this.hosts[host]?.name;
    // What was said to a leader that is dead went with its connection.
    if (name === undefined || epoch !== this.epoch) return;
    const steadiness = this.unsteady.has(host) ? { unsteady: true as const } : {};
    this.tell({ kind: 'report', host: name, status, ...steadiness, at: this.wall });
  }

  private obey({ host: index, command, epoch }: Extract<Message, { to: 'host' }>): void {
    const host = this.hosts[index];
    if (host === undefined) return;
    const fence = { epoch, rollout: 1, step: command.step };
    const order = { app: host.app, fence, holder: `leader-${epoch}`, rollout: 'r1' };
    try {
      if (command.kind === 'stage') host.stage(order, command);
      else if (command.kind === 'switch') host.switchTo(order, command.release, command.confirmWithinMs, '{}');
      else if (command.kind === 'commit') host.commit(order);
      else host.revert(order, command.reason, this.rollout.urgent);
      if (epoch === this.epoch && this.outbox.get(index) === command) this.outbox.delete(index);
      this.report(index);
    } catch (error) {
      if (!(error instanceof OutriderError)) throw error;
      if (error.code === 'unavailable') return;
      // A late copy was refused: the one that asked is no longer there to hear it.
      if (epoch !== this.epoch || this.outbox.get(index) !== command) return;
      this.outbox.delete(index);
      this.tell({ kind: 'refused', host: host.name, step: command.step, reason: error.message, at: this.wall });
    }
  }

  private report(index: number): void {
    const host = this.hosts[index];
    if (host === undefined || this.cutSince.has(index)) return;
    const status = host.knowsApp ? host.appStatus() : 'gone';
    // One stream for each host: what was said earlier and not yet heard is overtaken, never heard after.
    this.flying = this.flying.filter((message) => message.to !== 'leader' || message.host !== index);
    this.flying.push({ to: 'leader', host: index, status, epoch: this.epoch });
  }

  private waver(index: number): void {
    if (!this.unsteady.delete(index)) this.unsteady.add(index);
  }

  private duplicate(): void {
    const twice = this.flying[Math.floor(this.chance() * this.flying.length)];
    if (twice === undefined) return;
    if (twice.to === 'host') this.flying.push(twice);
    else if (!this.cutSince.has(twice.host)) this.hear(twice);
  }

  private resend(): void {
    for (const [host, command] of this.outbox) this.flying.push({ to: 'host', host, command, epoch: this.epoch });
  }

  /** Another leader takes over; what is in the air from the old one may still arrive, late. */
  private crash(): void {
    this.ghost = { epoch: this.epoch, commands: [...this.outbox] };
    this.hooks?.crash();
    this.epoch += 1;
    this.hosts.forEach((_, index) => {
      if (!this.cutSince.has(index)) this.bind(index);
    });
    this.resend();
  }

  /** What the host says now tells whether it has had its command. */
  private bind(index: number): void {
    const seen = this.hosts[index]?.bindEpoch(this.epoch, this.holder).apps[0]?.fence;
    const left = this.outbox.get(index);
    if (left !== undefined && seen?.rollout === 1 && seen.step >= left.step) this.outbox.delete(index);
  }

  /** It was asleep while another was elected, and does not know that. */
  private haunt(): void {
    const { ghost } = this;
    if (ghost === undefined) return;
    for (const [host, command] of ghost.commands) {
      this.flying.push({ to: 'host', host, command, epoch: ghost.epoch });
    }
    const renewal = { epoch: ghost.epoch, holder: `leader-${ghost.epoch}`, rollout: 'r1', confirmWithinMs: T };
    this.hosts.forEach((host, index) => {
      if (!this.cutSince.has(index)) ignoringRefusals(() => host.renew({ app: host.app, ...renewal }));
    });
  }

  private killAtCommand(index: number): void {
    const host = this.hosts[index];
    if (host !== undefined) host.crashAt = this.chance() < 0.5 ? 'before it is written' : 'before it is done';
  }

  private jump(): void {
    this.skew += Math.floor((this.chance() - 0.5) * 600_000);
    this.tell({ kind: 'tick', at: this.wall });
  }

  private cut(index: number): void {
    for (const other of this.beside(index)) {
      if (this.cutSince.delete(other)) this.bind(other);
      else this.cutSince.set(other, this.now);
    }
  }

  private refuse(index: number): void {
    const left = this.outbox.get(index);
    const host = this.hosts[index];
    if (left === undefined || host === undefined) return;
    this.outbox.delete(index);
    this.flying = this.flying.filter((message) => message.to !== 'host' || message.command !== left);
    this.tell({ kind: 'refused', host: host.name, step: left.step, reason: 'no', at: this.wall });
  }

  private pause(): void {
    this.tell({ kind: this.chance() < 0.4 ? 'pause' : 'resume', by: 'somebody', at: this.wall });
  }

  private people(): void {
    const dice = this.chance();
    const kind = dice < 0.4 ? 'pause' : dice < 0.8 ? 'resume' : dice < 0.9 ? 'promote' : 'abort';
    // Half of those who abort are in an emergency.
    if (dice >= 0.95) this.tell({ kind: 'abort', urgent: true, by: 'somebody', at: this.wall });
    else this.tell({ kind, by: 'somebody', at: this.wall });
  }

  private pass(ms: number, led: boolean): void {
    this.now += ms;
    for (const host of this.hosts) host.advance(this.now, true);
    if (led) this.renew();
    for (const host of this.hosts) host.advance(this.now, led && this.chance() < 0.2);
    if (!led) return;
    for (const [index, since] of this.cutSince) {
      const host = this.hosts[index]?.name;
      if (host !== undefined && this.now - since > 5_000) {
        this.tell({ kind: 'unreachable', host, forMs: this.now - since, at: this.wall });
      }
    }
    this.tell({ kind: 'tick', at: this.wall });
  }

  private renew(): void {
    const back = this.rollout.phase === 'rolling_back';
    this.rollout.hosts.forEach(({ state }, index) => {
      const onTrial = state === 'committing' || (!back && (state === 'switching' || state === 'trial'));
      if (!onTrial || this.cutSince.has(index) || this.now - (this.renewed.get(index) ?? 0) < T / 3) return;
      const renewal = {
        app: this.hosts[index]?.app ?? APP,
        epoch: this.epoch,
        holder: this.holder,
        rollout: 'r1',
        confirmWithinMs: T,
      };
      ignoringRefusals(() => {
        this.hosts[index]?.renew(renewal);
        this.renewed.set(index, this.now);
      });
    });
  }
}

function ignoringRefusals(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
  }
}
