/**
 * The one agent of a simulated host: the sidecar's own lifecycle, reconciling and judgement over processes that
 * are names in a map. Whatever is asked for happens later, when `work` is called.
 */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { type Judged, type Judgement, judge, type Mode } from '@outrider/sidecar/agent/convergence.js';
import { deadlineOf, type Instance, type InstanceEvent, newInstance } from '@outrider/sidecar/agent/instance.js';
import { decide } from '@outrider/sidecar/agent/lifecycle.js';
import { reconcile } from '@outrider/sidecar/agent/reconcile.js';
import { isRunning, phaseOf, type Slot, type Wanted } from '@outrider/sidecar/agent/view.js';

/** What becomes of a release on a host. */
export type Fate =
  | 'good'
  | 'unfetchable'
  /** Its agent ends before it is ready. */
  | 'fails'
  | 'fails_on_trial'
  /** Once it is on trial it answers no more; where it is gone back to, it never starts. */
  | 'never_well'
  /** It is unwell for a moment of its trial, and nothing that has to hold says so. */
  | 'falters';

export const AGENT = 'vision';

interface Filled {
  readonly release: ReleaseRef;
  readonly fingerprint: string;
  slot: Slot;
  instance: Instance;
  fresh: boolean;
  faultsBefore?: number;
  lastFault: string;
  faltered?: boolean;
}

type Bare<E> = E extends InstanceEvent ? Omit<E, 'at' | 'random' | 'next'> : never;

const RULES = {
  restart: { kind: 'always' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 1_000,
  startPeriodMs: 10_000,
} as const;
const CRASHED = { kind: 'code', code: 1 } as const;

export class HostAgents {
  /** A process of each of these incarnations runs. */
  readonly alive = new Map<string, string>();
  doubled: string | undefined;
  private target: ReleaseRef | undefined;
  private wanted: readonly Wanted[] = [];
  private mode: Mode = 'steady';
  private told = false;
  private slots: Filled[] = [];
  private now = 0;
  private incarnations = 0;
  /** Undefined: something has changed since. */
  private judgement: Judgement | undefined;
  private isSettled = false;

  constructor(
    private readonly fateOf: (release: ReleaseRef) => Fate,
    private readonly order: Wanted['order'],
  ) {}

  /** As if it had run for long. */
  install(release: ReleaseRef): void {
    this.setTarget(release, 'steady');
    this.work(8);
    if (this.judge().state === 'converged') return;
    const [only] = this.slots;
    if (only === undefined) return;
    only.instance = { ...newInstance(this.now), state: 'ready', incarnation: this.next() };
    this.changed();
    this.alive.clear();
    this.alive.set(only.instance.incarnation, only.fingerprint);
  }

  advance(now: number): void {
    this.now = now;
  }

  setTarget(release: ReleaseRef | undefined, mode: Mode): void {
    this.told = true;
    this.target = release;
    this.mode = mode;
    this.wanted =
      release === undefined || release.version === 'none'
        ? []
        : [
            {
              ...{ name: AGENT, fingerprint: release.specDigest, replicas: 1, dependsOn: [], parallelism: 1 },
              order: this.order,
            },
          ];
    for (const filled of this.slots) this.mark(filled);
    this.changed();
  }

  /** What is there is left as it is until a target is set. */
  hold(): void {
    this.told = false;
  }

  /** At most so many of the things that are due. */
  work(most = 2): void {
    for (let done = 0; done < most; done++) {
      this.settle();
      if (!this.slots.some((filled) => this.happens(filled))) return;
    }
    this.settle();
  }

  judge(): Judgement {
    this.judgement ??= judge(
      this.wanted,
      this.slots.map((filled) => this.judged(filled)),
      this.mode,
    );
    return this.judgement;
  }

  get running(): readonly string[] {
    return [...this.alive.values()];
  }

  /** Another sidecar finds what the one before it has left. */
  restart(): void {
    this.told = false;
    for (const filled of this.slots) {
      const { instance } = filled;
      const { incarnation } = instance;
      // Every other time it had been started just before, and nobody had written that down yet.
      if (instance.state === 'starting' && !instance.process && this.incarnations % 2 === 0) this.spawn(filled);
      if (this.alive.has(incarnation) || instance.state === 'stopping')
        this.tell(filled, { kind: 'adopted', incarnation });
      else if (isRunning(instance)) this.tell(filled, { kind: 'exited', incarnation, status: { kind: 'unknown' } });
    }
  }

  /** Nothing outlives the machine: neither a process, nor the record of one, nor how often it had ended before. */
  reboot(): void {
    this.alive.clear();
    this.slots = [];
    this.changed();
  }

  /** All that runs ends, while there is no sidecar that could see it. */
  die(): void {
    this.alive.clear();
  }

  private settle(): void {
    for (let round = 0; this.told && !this.isSettled && round < 20; round++) {
      const actions = reconcile(
        this.wanted,
        this.slots.map((filled) => this.judged(filled)),
      );
      this.isSettled = actions.length === 0;
      if (actions.length > 0) this.judgement = undefined;
      for (const action of actions) {
        const filled = this.slots.find(({ slot }) => slot === action.slot);
        if (action.kind === 'start') this.start(action.slot);
        else if (filled === undefined) continue;
        else if (action.kind === 'stop')
          this.tell(filled, { kind: 'stopAsked', sequel: 'rest', reason: action.reason });
        else if (action.kind === 'forget') this.slots = this.slots.filter((one) => one !== filled);
        else if (action.kind === 'promote') filled.slot = 'active';
      }
    }
  }

  private changed(): void {
    this.judgement = undefined;
    this.isSettled = false;
  }

  private start(slot: Slot): void {
    const { target } = this;
    if (target === undefined) return;
    const filled: Filled = {
      ...{ release: target, fingerprint: target.specDigest, slot, instance: newInstance(this.now) },
      ...{ fresh: this.mode !== 'steady', lastFault: '' },
    };
    this.slots.push(filled);
    this.tell(filled, { kind: 'startAsked', reason: '' });
  }

  private mark(filled: Filled): void {
    if (this.mode === 'steady') {
      filled.fresh = false;
      delete filled.faultsBefore;
    } else if (this.mode === 'trial' && filled.fresh) {
      filled.faultsBefore ??= filled.instance.history.faults;
    }
  }

  /** The next thing that becomes of it; false: it stays as it is. */
  private happens(filled: Filled): boolean {
    const { instance } = filled;
    const { incarnation } = instance;
    const deadline = deadlineOf(instance);
    if (instance.state === 'draining') {
      this.alive.delete(incarnation);
      this.tell(filled, { kind: 'exited', incarnation, status: { kind: 'signal', signal: 'SIGTERM' } });
    } else if (instance.state === 'stopping') {
      this.alive.delete(incarnation);
      this.tell(filled, { kind: 'treeGone', incarnation, stuck: [] });
    } else if (instance.state === 'starting' && !instance.process) {
      this.spawn(filled);
      this.tell(filled, { kind: 'spawned', incarnation });
    } else if (instance.state === 'starting') {
      this.started(filled);
    } else if (instance.state === 'ready' || instance.state === 'unhealthy') {
      return this.lives(filled, instance.state);
    } else if (deadline !== undefined && deadline <= this.now) {
      this.tell(filled, { kind: 'deadline', incarnation, lateMs: 0, detail: '' });
    } else {
      return false;
    }
    return true;
  }

  private started(filled: Filled): void {
    const fate = this.fateOf(filled.release);
    if (fate === 'fails' || (fate === 'never_well' && this.mode === 'steady')) this.crash(filled);
    else this.tell(filled, { kind: 'becameReady', incarnation: filled.instance.incarnation });
  }

  private lives(filled: Filled, state: 'ready' | 'unhealthy'): boolean {
    const fate = this.fateOf(filled.release);
    const { incarnation } = filled.instance;
    const tried = this.mode === 'trial' && filled.fresh;
    if (fate === 'fails_on_trial' && tried && state === 'ready') this.crash(filled);
    else if (fate === 'never_well' && tried && state === 'ready') this.unready(filled);
    else if (fate === 'falters' && tried && state === 'ready' && filled.faltered !== true) this.unready(filled);
    else if (fate === 'falters' && state === 'unhealthy') this.tell(filled, { kind: 'becameReady', incarnation });
    else return false;
    filled.faltered = true;
    return true;
  }

  private unready(filled: Filled): void {
    this.tell(filled, { kind: 'becameUnready', incarnation: filled.instance.incarnation, detail: 'does not answer' });
  }

  private crash(filled: Filled): void {
    const { incarnation } = filled.instance;
    this.alive.delete(incarnation);
    this.tell(filled, { kind: 'exited', incarnation, status: CRASHED });
  }

  private tell(filled: Filled, event: Bare<InstanceEvent>): void {
    const whole = { ...event, at: this.now, random: 0, next: `i${this.incarnations + 1}` } as InstanceEvent;
    const { instance, effects } = decide(filled.instance, whole, { ...RULES, strict: filled.fresh });
    filled.instance = instance;
    this.changed();
    for (const effect of effects) {
      if (effect.kind === 'spawn') this.incarnations += 1;
      else if (effect.kind === 'report' && effect.cause !== undefined) filled.lastFault = effect.reason;
      else if (effect.kind === 'report' && effect.event === 'agent.unhealthy') filled.lastFault = effect.reason;
    }
  }

  private spawn({ instance, fingerprint }: Filled): void {
    const others = this.running;
    const isSecond = this.order === 'stop-first' ? others.length > 0 : others.includes(fingerprint);
    if (isSecond) this.doubled = `${AGENT} of ${fingerprint} was started while ${others.join()} ran`;
    this.alive.set(instance.incarnation, fingerprint);
  }

  private next(): string {
    this.incarnations += 1;
    return `i${this.incarnations}`;
  }

  private judged({ instance, fingerprint, slot, fresh, faultsBefore, lastFault, release }: Filled): Judged {
    const fate = this.fateOf(release);
    return {
      ...{ agent: AGENT, index: 0, slot, fingerprint, phase: phaseOf(instance), running: isRunning(instance) },
      ...{ held: false, checked: true, dependsOn: [], incarnation: instance.incarnation, followed: {} },
      ...{ instance, fresh, critical: fate !== 'never_well' && fate !== 'falters', lastFault },
      ...(faultsBefore === undefined ? {} : { faultsBefore }),
    };
  }
}
