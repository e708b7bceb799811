/**
 * A rollout without engine, Redis or network: the real decisions against model hosts, with every answer late,
 * twice, wrong or lost, and a leader that dies at any moment. Chance comes from a seed.
 */
import { begin } from '@outrider/coordinator/rollout/begin.js';
import { isPromotedStage } from '@outrider/coordinator/rollout/first-stage.js';
import { newGate } from '@outrider/coordinator/rollout/gate-cells.js';
import { decide } from '@outrider/coordinator/rollout/decide.js';
import type { Decision, Limits, RolloutCommand, RolloutEvent } from '@outrider/coordinator/rollout/decision.js';
import type { GateOutcome, GateSpec } from '@outrider/shared/domain/gate.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Fate, SimulatedHost } from '@outrider/shared/testing/simulated-host.js';

export const APP = 'assistants';
export const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
export const LIMITS: Limits = { stageMs: 60_000, switchMs: 60_000, commitMs: 5_000, revertMs: 30_000, lostMs: 5_000 };
/** For worlds in which nothing may be given up for being late. */
const PATIENT: Limits = { stageMs: 1e9, switchMs: 400_000, commitMs: 1e9, revertMs: 1e9, lostMs: 5_000 };
export const T = 9_000;

export type Chance = () => number;

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface WorldOptions {
  readonly seed: number;
  readonly kind: Rollout['kind'];
  readonly hosts: number;
  readonly first: boolean;
  readonly bakeMs: number;
  readonly commit: 'together' | 'each';
  readonly strategy?: Rollout['options']['strategy'];
  readonly onFailure?: Rollout['options']['onFailure'];
  /** Hosts in one wave at most; 0: all. */
  readonly parallel?: number;
  /** The first so many hosts are the canary, which a person has to promote. */
  readonly promotedAfter?: number;
  readonly fates: readonly Fate[];
  /** What becomes of the old release when a host goes back to it. */
  readonly oldFates: readonly Fate[];
  readonly chaos: number;
  /** Asked in each bake; they say anything while there is trouble, and pass once it is calm. */
  readonly gates?: readonly GateSpec[];
  /** Only what must not matter: answers that are late, twice or lost, leaders that die, pauses. */
  readonly harmless?: boolean;
  /** With `harmless`: hosts are started anew and people abort, all the same. */
  readonly aborts?: boolean;
  readonly decide?: typeof decide;
  readonly visited?: Map<string, number>;
}

type Message =
  | { readonly to: 'host'; readonly host: number; readonly command: RolloutCommand; readonly epoch: number }
  | { readonly to: 'leader'; readonly host: number; readonly status: AppStatus | 'gone'; readonly epoch: number };

export class World {
  readonly hosts: readonly SimulatedHost[];
  readonly log: string[] = [];
  rollout: Rollout;
  mostSwitching = 0;
  /** What was wrong at the moment when it happened. */
  readonly faults: string[] = [];
  private readonly chance: Chance;
  private readonly limits: Limits;
  private readonly outbox = new Map<number, RolloutCommand>();
  private flying: Message[] = [];
  private epoch = 1;
  private now = 1_000_000;
  private triedAgain = 0;
  private readonly cutSince = new Map<number, number>();
  private readonly renewed = new Map<number, number>();

  constructor(private readonly options: WorldOptions) {
    this.chance = chanceOf(options.seed);
    this.limits = options.harmless === true ? PATIENT : LIMITS;
    const old = ref('1.0.0');
    const next = ref('2.0.0');
    const names = Array.from({ length: options.hosts }, (_, index) => `h${index}`);
    const { parallel = 1, promotedAfter = 0, strategy, onFailure } = options;
    const waveOf = (index: number): number => (parallel === 0 ? 1 : 1 + Math.floor(index / parallel));
    const canaryWave = promotedAfter === 0 || promotedAfter >= names.length ? 0 : waveOf(promotedAfter - 1);
    this.hosts = names.map((name, index) => {
      const host = new SimulatedHost(name, APP, (release) =>
        release.version === '2.0.0'
          ? (options.fates[index] ?? 'good')
          : release.version === '1.0.0'
            ? (options.oldFates[index] ?? 'good')
            : 'good',
      );
      host.advance(this.now);
      if (!options.first) host.install(old);
      host.bindEpoch(this.epoch, this.holder);
      return host;
    });
    const decision = begin(
      {
        ...{ id: 'r1', seq: 1, kind: options.kind, app: APP, environment: 'local', version: '2.0.0', digest: '2.0.0' },
        ...{ phase: 'staging', paused: false, by: 'test', startedAt: this.now, steps: 0 },
        hosts: names.map((host, index) => ({
          ...{ host, wave: waveOf(index), state: 'pending', to: next, touched: false, step: 0 },
          ...(options.first ? { empty: ref('none') } : { from: old }),
        })),
        ...(options.gates === undefined ? {} : { gates: options.gates.map(newGate) }),
        options: {
          ...{ bakeMs: options.bakeMs, confirmWithinMs: T, commit: options.commit, skipDown: false },
          ...(strategy === undefined ? {} : { strategy }),
          ...(onFailure === undefined ? {} : { onFailure }),
          ...(canaryWave === 0 ? {} : { canaryWave, awaitPromotion: true }),
        },
      },
      this.limits,
    );
    this.rollout = decision.rollout;
    this.take(decision);
  }

  get hasEnded(): boolean {
    return hasEnded(this.rollout.phase);
  }

  /** Trouble for a while, then calm until it has ended. Returns false where it never does. */
  run(): boolean {
    for (let step = 0; step < this.options.chaos && !this.hasEnded; step++) this.stir();
    for (const host of [...this.cutSince.keys()]) this.cutSince.delete(host);
    for (let step = 0; step < 3_000 && !this.hasEnded; step++) this.calm();
    // What is still in the air arrives, leases run out, hosts finish what they are at.
    for (let step = 0; step < 60; step++) {
      this.flying = this.flying.filter((message) => message.to === 'host');
      this.deliver(0);
      this.pass(1_000, false);
      for (const host of this.hosts) host.work();
    }
    return this.hasEnded;
  }

  private hasEndedWith(rollout: Rollout | undefined): boolean {
    return rollout !== undefined && hasEnded(rollout.phase);
  }

  /** A rollout that says that it is done must be: every host is where it should be, and well. */
  private inspect(rollout: Rollout): void {
    if (rollout.phase === 'stuck') return;
    rollout.hosts.forEach((host, index) => {
      const real = this.hosts[index]?.appStatus();
      if (!host.touched || real === undefined) return;
      if (real.phase !== 'idle' || !real.converged) this.faults.push(`${host.host} is ${real.phase} at the end`);
    });
  }

  /** What may not happen at any moment, whatever becomes of it. */
  private inspectStep(rollout: Rollout, effects: Decision['effects']): void {
    const { commit, onFailure, awaitPromotion, canaryWave = 0 } = rollout.options;
    const early = rollout.hosts.filter((host) => host.state === 'staged').map((host) => host.host);
    // Once that was decided, a host that went back all the same is switched again only where a person says so.
    const commits = this.rollout.phase !== 'committing' && effects.some(({ kind }) => kind === 'commit');
    if (commit === 'together' && onFailure !== 'rollback-host' && early.length > 0 && commits) {
      this.faults.push(`committed before ${early.join()} had its trial`);
    }
    if (rollout.kind !== 'rollout') return;
    for (const { host, kind, confirmWithinMs } of effects) {
      const { wave = 0, to } = rollout.hosts.find((other) => other.host === host) ?? {};
      const forward = kind === 'switch' && confirmWithinMs > 0 && to !== undefined;
      if (!forward) continue;
      if (this.rollout.paused && rollout.paused) this.faults.push(`${host} was switched in a pause`);
      if (awaitPromotion === true && wave > canaryWave && rollout.promotedBy === undefined) {
        this.faults.push(`${host} was switched before the canary was promoted`);
      }
      const others = rollout.hosts.filter((other) => other.state === 'switching' && other.wave !== wave);
      if (others.length > 0) this.faults.push(`${host} was switched while another wave was`);
    }
  }

  private get holder(): string {
    return `leader-${this.epoch}`;
  }

  private stir(): void {
    if (this.options.gates !== undefined && this.chance() < 0.2) this.hearGate();
    const dice = this.chance();
    if (this.options.aborts === true && dice < 0.004) this.tell({ kind: 'abort', by: 'somebody', at: this.now });
    const index = Math.floor(this.chance() * this.hosts.length);
    if (dice < 0.3) this.deliver(Math.floor(this.chance() * this.flying.length));
    else if (dice < 0.36) this.flying.splice(Math.floor(this.chance() * this.flying.length), 1);
    else if (dice < 0.42) this.duplicate();
    else if (dice < 0.62) this.hosts[index]?.work();
    else if (dice < 0.74) this.report(index);
    else if (dice < 0.86) this.pass(Math.floor(this.chance() * 4_000), true);
    else if (dice < 0.9) this.resend();
    else if (dice < 0.92) this.crash();
    else if (dice < 0.925 && this.options.aborts === true) this.hosts[index]?.reboot();
    else if (dice < 0.95 && this.options.harmless === true) this.pause();
    else if (dice < 0.94) this.cut(index);
    else if (dice < 0.945) this.hosts[index]?.reboot();
    else if (dice < 0.95) this.refuse(index);
    else if (this.options.harmless === true) this.pause();
    else this.people();
  }

  private calm(): void {
    this.resend();
    while (this.flying.length > 0) this.deliver(0);
    this.hosts.forEach((host, index) => {
      host.work();
      this.report(index);
    });
    while (this.flying.length > 0) this.deliver(0);
    for (const { name } of this.options.gates ?? []) this.say(name, this.rollout.gateRound ?? 0, 'pass');
    if (this.rollout.awaiting !== undefined) this.tell({ kind: 'promote', by: 'test', at: this.now });
    else if (this.rollout.holding !== undefined) this.decideOnHold();
    else if (this.rollout.paused) this.tell({ kind: 'resume', by: 'test', at: this.now });
    this.pass(500, true);
  }

  /** A person tries again now and then, and gives up in the end. */
  private decideOnHold(): void {
    if (this.chance() > 0.05) return;
    const kind = this.triedAgain++ < 2 && this.chance() < 0.6 ? 'resume' : 'abort';
    this.tell({ kind, by: 'test', at: this.now });
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
    this.tell({ kind: 'gate', gate, round, verdict: { outcome, reason: outcome }, at: this.now });
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
    const cell = `${this.rollout.kind}/${this.rollout.phase}/${event.kind}`;
    this.options.visited?.set(cell, (this.options.visited.get(cell) ?? 0) + 1);
    this.take((this.options.decide ?? decide)(this.rollout, event, this.limits));
  }

  private take({ rollout, effects }: Decision): void {
    this.inspectStep(rollout, effects);
    this.inspectGates(rollout);
    if (!this.hasEndedWith(this.rollout) && this.hasEndedWith(rollout)) this.inspect(rollout);
    this.rollout = rollout;
    for (const command of effects) {
      const host = this.hosts.findIndex((candidate) => candidate.name === command.host);
      this.log.push(`${this.now} ${rollout.phase}: ${command.kind} ${command.release.version} -> ${command.host}`);
      this.outbox.set(host, command);
      this.flying.push({ to: 'host', host, command, epoch: this.epoch });
    }
    if (hasEnded(rollout.phase)) this.outbox.clear();
  }

  private deliver(index: number): void {
    const [message] = this.flying.splice(index, 1);
    if (message === undefined) return;
    if (this.cutSince.has(message.host)) return;
    if (message.to === 'leader') this.hear(message);
    else this.obey(message);
    const switching = this.hosts.filter((host) => host.phase === 'switching').length;
    this.mostSwitching = Math.max(this.mostSwitching, switching);
  }

  private hear({ host, status, epoch }: Extract<Message, { to: 'leader' }>): void {
    const name = this.hosts[host]?.name;
    // What was said to a leader that is dead went with its connection.
    if (name !== undefined && epoch === this.epoch) this.tell({ kind: 'report', host: name, status, at: this.now });
  }

  private obey({ host: index, command, epoch }: Extract<Message, { to: 'host' }>): void {
    const host = this.hosts[index];
    if (host === undefined) return;
    const fence = { epoch, rollout: 1, step: command.step };
    const order = { app: APP, fence, holder: `leader-${epoch}`, rollout: 'r1' };
    try {
      if (command.kind === 'stage') host.stage(order, command);
      else if (command.kind === 'switch') host.switchTo(order, command.release, command.confirmWithinMs, '{}');
      else if (command.kind === 'commit') host.commit(order);
      else host.revert(order, command.reason);
      if (epoch === this.epoch && this.outbox.get(index) === command) this.outbox.delete(index);
      this.report(index);
    } catch (error) {
      if (!(error instanceof OutriderError)) throw error;
      // A late copy was refused: the one that asked is no longer there to hear it.
      if (epoch !== this.epoch || this.outbox.get(index) !== command) return;
      this.outbox.delete(index);
      this.tell({ kind: 'refused', host: host.name, step: command.step, reason: error.message, at: this.now });
    }
  }

  private report(index: number): void {
    const host = this.hosts[index];
    if (host === undefined || this.cutSince.has(index)) return;
    const status = host.status().apps[0] ?? 'gone';
    // One stream for each host: what was said earlier and not yet heard is overtaken, never heard after.
    this.flying = this.flying.filter((message) => message.to !== 'leader' || message.host !== index);
    this.flying.push({ to: 'leader', host: index, status, epoch: this.epoch });
  }

  private duplicate(): void {
    const commands = this.flying.filter((message) => message.to === 'host');
    const twice = commands[Math.floor(this.chance() * commands.length)];
    if (twice !== undefined) this.flying.push(twice);
  }

  private resend(): void {
    for (const [host, command] of this.outbox) this.flying.push({ to: 'host', host, command, epoch: this.epoch });
  }

  /** Another leader takes over; what is in the air from the old one may still arrive, late. */
  private crash(): void {
    this.epoch += 1;
    this.hosts.forEach((host, index) => {
      if (this.cutSince.has(index)) return;
      const seen = host.bindEpoch(this.epoch, this.holder).apps[0]?.fence;
      const left = this.outbox.get(index);
      if (left !== undefined && seen?.rollout === 1 && seen.step >= left.step) this.outbox.delete(index);
    });
    this.resend();
  }

  private cut(index: number): void {
    if (this.cutSince.delete(index)) {
      const host = this.hosts[index];
      const seen = host?.bindEpoch(this.epoch, this.holder).apps[0]?.fence;
      const left = this.outbox.get(index);
      if (left !== undefined && seen?.rollout === 1 && seen.step >= left.step) this.outbox.delete(index);
    } else {
      this.cutSince.set(index, this.now);
    }
  }

  private refuse(index: number): void {
    const left = this.outbox.get(index);
    const host = this.hosts[index];
    if (left === undefined || host === undefined) return;
    this.outbox.delete(index);
    this.flying = this.flying.filter((message) => message.to !== 'host' || message.command !== left);
    this.tell({ kind: 'refused', host: host.name, step: left.step, reason: 'no', at: this.now });
  }

  private pause(): void {
    this.tell({ kind: this.chance() < 0.4 ? 'pause' : 'resume', by: 'somebody', at: this.now });
  }

  private people(): void {
    const dice = this.chance();
    const kind = dice < 0.4 ? 'pause' : dice < 0.8 ? 'resume' : dice < 0.9 ? 'promote' : 'abort';
    this.tell({ kind, by: 'somebody', at: this.now });
  }

  private pass(ms: number, led: boolean): void {
    this.now += ms;
    if (led) this.renew();
    for (const host of this.hosts) host.advance(this.now);
    if (!led) return;
    for (const [index, since] of this.cutSince) {
      const host = this.hosts[index]?.name;
      if (host !== undefined && this.now - since > 5_000) {
        this.tell({ kind: 'unreachable', host, forMs: this.now - since, at: this.now });
      }
    }
    this.tell({ kind: 'tick', at: this.now });
  }

  private renew(): void {
    const back = this.rollout.phase === 'rolling_back';
    this.rollout.hosts.forEach(({ state }, index) => {
      const onTrial = state === 'committing' || (!back && (state === 'switching' || state === 'trial'));
      if (!onTrial || this.cutSince.has(index) || this.now - (this.renewed.get(index) ?? 0) < T / 3) return;
      try {
        this.hosts[index]?.renew({ epoch: this.epoch, holder: this.holder, rollout: 'r1', confirmWithinMs: T });
        this.renewed.set(index, this.now);
      } catch (error) {
        if (!(error instanceof OutriderError)) throw error;
      }
    });
  }
}
