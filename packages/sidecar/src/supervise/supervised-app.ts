/** One app on this host: what should run of it and the slots that are filled. Turns decisions into slots and events. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import type { SwitchStrategy } from '@outrider/shared/domain/host.js';
import { canOverlap } from '@outrider/shared/domain/overlap.js';
import type { Action } from '../agent/action.js';
import { reconcileBeside } from '../agent/beside.js';
import { Board } from '../agent/board.js';
import { type Judged, type Judgement, judge } from '../agent/convergence.js';
import { followedNow } from '../agent/dependency-gate.js';
import { holdsUp, isCritical } from '../agent/health.js';
import { newInstance } from '../agent/instance.js';
import { reconcile } from '../agent/reconcile.js';
import { type Followed, type Slot, type View, isRunning, phaseOf } from '../agent/view.js';
import type { InstanceRecord, Origin } from './instance-record.js';
import { declaredSockets } from './launch.js';
import { originOf } from './origin.js';
import { LiveInstance } from './live-instance.js';
import type { Stray, Target, TargetMode } from './ports.js';
import { recordOfStray } from './stray-record.js';
import type { Surroundings } from './surroundings.js';

const BY_EMERGENCY = 'killed by an emergency';

export class SupervisedApp {
  readonly name: string;
  readonly #around: Surroundings;
  #target: Target | undefined;
  #mode: TargetMode = 'steady';
  #strategy: SwitchStrategy = '';
  /** Until a target is set, the first or the next after `hold`, what is there is left as it is. */
  #told = false;
  #levels: ReadonlyMap<string, number> = new Map();
  #slots: LiveInstance[] = [];

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
  }

  get slots(): readonly LiveInstance[] {
    return this.#slots;
  }
  get target(): Target | undefined {
    return this.#target;
  }
  get mode(): TargetMode {
    return this.#mode;
  }
  /** In the order of the release. */
  get wanted(): readonly HostAgent[] {
    return this.#target?.spec.agents ?? [];
  }
  /** It was told to run nothing, and nothing of it is left. */
  get isOver(): boolean {
    return this.#told && this.#target === undefined && this.#slots.length === 0;
  }

  level(agent: string): number {
    return this.#levels.get(agent) ?? 0;
  }

  setTarget(target: Target | undefined, mode: TargetMode, strategy: SwitchStrategy = ''): void {
    const known = sameTarget(this.#target, target);
    const wasTold = this.#told;
    this.#told = true;
    this.#mode = mode;
    this.#strategy = strategy;
    this.#target = target;
    const leveled = dependencyLevels(this.wanted);
    const levels = 'levels' in leveled ? leveled.levels : [];
    this.#levels = new Map(levels.flatMap((names, level) => names.map((name) => [name, level])));
    for (const live of this.#slots) this.#mark(live, mode);
    if (!known && mode === 'switch' && wasTold) this.#tryKeptAgain();
  }

  /** At once and without grace: what is no part of the target, and what is on its way out already. */
  killUnwanted(): void {
    for (const live of this.#slots) {
      const runs = ['up', 'down'].includes(phaseOf(live.instance));
      if (runs && !this.#isWanted(live)) live.tell({ kind: 'stopAsked', sequel: 'rest', reason: BY_EMERGENCY });
      live.tell({ kind: 'killAsked' });
    }
  }

  #isWanted({ spec: { name, fingerprint } }: LiveInstance): boolean {
    return this.wanted.some((agent) => agent.name === name && agent.fingerprint === fingerprint);
  }

  hold(): void {
    this.#told = false;
  }

  /** A commit makes what is new ordinary; a trial counts faults from its beginning. */
  #mark(live: LiveInstance, mode: TargetMode): void {
    if (mode === 'steady' && live.fresh) {
      live.fresh = false;
      live.faultsBefore = undefined;
      live.save();
    } else if (mode === 'trial' && live.fresh && live.faultsBefore === undefined) {
      // It was ready when the trial began: if it is not now, it has faltered since.
      const faltered = ['resting', 'down'].includes(phaseOf(live.instance)) && live.instance.history.faults > 0;
      live.faultsBefore = live.instance.history.faults - (faltered ? 1 : 0);
      live.save();
    }
  }

  /** A switch is a person's wish: what it keeps and had failed before gets a new chance. */
  #tryKeptAgain(): void {
    for (const live of this.#slots) {
      if (this.#isWanted(live) && !live.fresh && live.heldBy === undefined && phaseOf(live.instance) === 'resting') {
        live.tell({ kind: 'startAsked', reason: 'tried again for a switch' });
      }
    }
  }

  /** One round of reconciling; false: nothing was left to do. */
  reconcile(): boolean {
    if (!this.#told) return false;
    const views = this.#slots.map(viewOf);
    const actions = this.#isBeside
      ? reconcileBeside(this.wanted, views, this.#exclusive())
      : reconcile(this.wanted, views);
    // What is gone leaves its addresses to what starts in this same round.
    const gone = actions.filter(isForget);
    for (const action of gone) this.#do(action);
    if (gone.length > 0 || actions.length === 0) this.#releaseSockets();
    for (const action of actions.filter((one) => !isForget(one))) this.#do(action);
    return actions.length > 0;
  }

  judge(): Judgement {
    return judge(this.wanted, this.#slots.map(judgedOf), this.#mode, this.#isBeside);
  }

  /** What is old is kept beside what is new, until that is committed or has to go. */
  get #isBeside(): boolean {
    return this.#strategy === 'blue-green' && this.#mode !== 'steady';
  }

  /** Names of agents of which the wanted version or one that is there can't run twice. */
  #exclusive(): ReadonlySet<string> {
    const specs = [...this.wanted, ...this.#slots.map(({ spec }) => spec)];
    return new Set(specs.filter((spec) => canOverlap(spec) !== true).map(({ name }) => name));
  }

  find(agent: string, index?: number): readonly LiveInstance[] {
    return this.#slots.filter((live) => live.spec.name === agent && (index === undefined || live.index === index));
  }

  followed(spec: HostAgent): Followed {
    return followedNow(spec, new Board(this.wanted, this.#slots.map(viewOf)));
  }

  /** What an earlier sidecar has left. To be told to `adopt` once all of its app are known. */
  restore(record: InstanceRecord): LiveInstance {
    const live = new LiveInstance(this.#around, record);
    this.#slots.push(live);
    return live;
  }

  /** What runs without a record, now that it is known what should run. False: its place is taken by another. */
  takeIn(stray: Stray): boolean {
    if (this.find(stray.agent, stray.index).length > 0) return false;
    const { parts, at } = this.#around;
    const wanted = this.wanted.find(({ name }) => name === stray.agent);
    const facts = {
      key: this.#newKey(stray.agent, stray.index),
      bootId: parts.bootId,
      at: at(),
      now: parts.clock.now(),
    };
    const origin = this.#target === undefined ? undefined : originOf(this.#target, wanted ?? { name: stray.agent });
    const record = recordOfStray(stray, wanted, origin, facts);
    const live = this.restore(record);
    live.followed = this.followed(live.spec);
    // It may have been kept, frozen, beside another version.
    parts.processes.thaw(stray.identity, stray.incarnation);
    live.adopt();
    return true;
  }

  #newKey(agent: string, index: number): string {
    return `${this.name}/${agent}.${index}~${this.#around.parts.newId()}`;
  }

  /** Fills an empty slot; nothing is started yet. */
  fill(spec: HostAgent, index: number, slot: Slot): LiveInstance {
    const { parts, at } = this.#around;
    const now = at();
    return this.restore({
      key: this.#newKey(spec.name, index),
      bootId: parts.bootId,
      app: this.name,
      spec,
      origin: this.#origin(spec),
      index,
      slot,
      instance: newInstance(now),
      fresh: this.#mode !== 'steady',
      lastFault: '',
      logFrom: parts.logs.size(parts.logs.path(this.name, spec.name, index, slot)),
      since: parts.clock.now(),
      downSince: now,
    });
  }

  #do(action: Action): void {
    const live = this.#slots.find(
      (one) => one.spec.name === action.agent && one.index === action.index && one.slot === action.slot,
    );
    const spec = this.wanted.find(({ name }) => name === action.agent);
    switch (action.kind) {
      case 'start':
        if (spec === undefined || live !== undefined) return;
        this.fill(spec, action.index, action.slot).tell({ kind: 'startAsked', reason: '' });
        return;
      case 'stop':
        live?.tell({ kind: 'stopAsked', sequel: 'rest', reason: action.reason });
        return;
      case 'forget':
        this.#slots = this.#slots.filter((one) => one !== live);
        live?.forget();
        return;
      case 'promote':
        live?.promote();
        return;
      case 'park':
        live?.tell({ kind: 'parkAsked' });
        return;
      case 'unpark':
        live?.tell({ kind: 'unparkAsked', reason: 'kept, and wanted again' });
        return;
      case 'restart':
        if (live !== undefined) this.#restart(live, action.reason);
        return;
      case 'renew':
        if (live === undefined || spec === undefined) return;
        live.spec = spec;
        live.origin = this.#origin(spec);
        live.save();
        return;
    }
  }

  #restart(live: LiveInstance, reason: string): void {
    // From here on: what is on its way to the next start is not told again. Recorded together with that.
    live.followed = this.followed(live.spec);
    live.tell({ kind: 'stopAsked', sequel: 'start', reason });
  }

  #origin(spec: HostAgent): Origin {
    if (this.#target === undefined) throw new Error(`App ${this.name} has no release to start from.`);
    return originOf(this.#target, spec);
  }

  /** Closes what neither a running instance was given nor the release declares: the kernel queues meanwhile. */
  #releaseSockets(): void {
    const { sockets } = this.#around.parts;
    const declared = this.wanted.flatMap((spec) =>
      declaredSockets(this.#around.parts, this.name, spec, this.#origin(spec)),
    );
    sockets.release(this.name, [...declared, ...this.#slots.flatMap((live) => live.sockets)]);
  }
}

const isForget = ({ kind }: Action): boolean => kind === 'forget';
const sameTarget = (a: Target | undefined, b: Target | undefined): boolean =>
  a?.release.digest === b?.release.digest && a?.release.specDigest === b?.release.specDigest;

export const viewOf = (live: LiveInstance): View => ({
  agent: live.spec.name,
  index: live.index,
  slot: live.slot,
  fingerprint: live.spec.fingerprint,
  phase: phaseOf(live.instance),
  running: isRunning(live.instance),
  held: live.heldBy !== undefined,
  checked: holdsUp(live.spec.healthchecks),
  dependsOn: live.spec.dependsOn,
  incarnation: live.instance.incarnation,
  followed: live.followed,
});

const judgedOf = (live: LiveInstance): Judged => ({
  ...viewOf(live),
  instance: live.instance,
  fresh: live.fresh,
  critical: isCritical(live.spec.healthchecks),
  lastFault: live.lastFault,
  ...(live.faultsBefore === undefined ? {} : { faultsBefore: live.faultsBefore }),
});
