/**
 * One filled slot: holds its state and does what the lifecycle decides. Every change is recorded before it is
 * acted on. Knows nothing of other instances; is told events only within a turn of the mailbox.
 */
import type { HostAgent, SocketSpec } from '@outrider/shared/domain/agent.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { healthScore, holdsUp } from '../agent/health.js';
import type { ProcessIdentity } from '../agent/identity.js';
import { type Effect, type Instance, deadlineOf } from '../agent/instance.js';
import { decide } from '../agent/lifecycle.js';
import { wasSignalled } from '../agent/drain-cells.js';
import { rulesOf } from '../agent/rules.js';
import type { Followed, Slot } from '../agent/view.js';
import type { Askable } from './ask-checks.js';
import { DeadlineTimer } from './deadline-timer.js';
import { GOING_DOWN } from './host-drain.js';
import { newIncarnation } from './incarnation-id.js';
import { Incarnation } from './incarnation.js';
import { eventOf } from './instance-event.js';
import { type InstanceRecord, type Origin, isProcess, tellsTheNext } from './instance-record.js';
import { KeptRecord } from './kept-record.js';
import type { Surroundings } from './surroundings.js';
import { Tally } from './tally.js';
import type { Told } from './told.js';

export class LiveInstance {
  readonly key: string;
  readonly app: string;
  readonly index: number;
  spec: HostAgent;
  origin: Origin;
  slot: Slot;
  instance: Instance;
  fresh: boolean;
  faultsBefore: number | undefined;
  lastFault: string;
  readonly #logFrom: number;
  heldBy: string | undefined;
  /** Epoch milliseconds. */
  since: number;
  downSince: number | undefined;
  /** See `View.followed`. */
  followed: Followed;
  readonly #around: Surroundings;
  readonly #tally: Tally;
  readonly #record: KeptRecord;
  readonly #recorded: ProcessIdentity | undefined;
  #incarnation: Incarnation | undefined;
  readonly #timer: DeadlineTimer;
  #diedAt: number | undefined;
  #hurried = false;

  constructor(around: Surroundings, record: InstanceRecord) {
    this.#around = around;
    this.#timer = new DeadlineTimer(around.parts.clock, around.at, (lateMs) => this.#due(lateMs));
    this.key = record.key;
    this.app = record.app;
    this.index = record.index;
    this.spec = record.spec;
    this.origin = record.origin;
    this.slot = record.slot;
    this.instance = record.instance;
    this.fresh = record.fresh;
    this.faultsBefore = record.faultsBefore;
    this.lastFault = record.lastFault;
    this.#logFrom = record.logFrom ?? 0;
    this.heldBy = record.heldBy;
    this.since = record.since;
    this.downSince = record.downSince;
    this.followed = record.followed ?? {};
    this.#recorded = record.identity;
    this.#tally = new Tally(around.parts.metrics, this.app, this.spec.name, record.counts);
    this.#record = new KeptRecord(around, this, () => this.#now());
  }

  get pid(): number {
    return this.#incarnation?.identity?.pid ?? 0;
  }
  /** As its process was started with them. */
  get sockets(): readonly SocketSpec[] {
    return this.#incarnation?.agent.sockets ?? [];
  }
  get addresses(): readonly string[] {
    return this.#incarnation?.addresses ?? [];
  }
  /** Undefined: its checks can't be asked. */
  get askable(): Askable | undefined {
    return this.#incarnation?.askable;
  }
  /** What there is to know of it while it is well. */
  get note(): string {
    return this.#incarnation?.note ?? '';
  }
  /** Why the next sidecar would not know how it is now, in a sentence. */
  get unrecorded(): string | undefined {
    return this.#record.problem;
  }
  get score(): number {
    const health = this.#incarnation?.health;
    return health === undefined ? 0 : healthScore(health, this.instance.state === 'ready');
  }

  /** The last lines that were written by it, or since it was started. */
  lastLines(lines: number): readonly string[] {
    return this.#around.parts.logs.last(this.#logFile, lines, this.#logFrom);
  }
  get #logFile(): string {
    return this.#around.parts.logs.path(this.app, this.spec.name, this.index, this.slot);
  }

  /** Takes the place of the one that it was started to replace. */
  promote(): void {
    this.#around.parts.logs.promote(this.app, this.spec.name, this.index);
    this.slot = 'active';
    this.save();
  }

  /** To be called within a turn. */
  tell(told: Told): void {
    const { at, parts } = this.#around;
    const before = this.instance;
    const event = { ...told, at: at(), random: parts.random(), next: newIncarnation(parts.newId(), this.spec) };
    const { instance, effects } = decide(before, event, rulesOf(this.spec, this.#around.strict(this)));
    if (instance === before && effects.length === 0) return;
    this.instance = instance;
    this.#note(before);
    // Counted before it is recorded, so that no count is lost with this sidecar.
    this.#tally.saw(effects);
    if (tellsTheNext(before, told, effects)) this.save();
    for (const effect of effects) this.#perform(effect);
    this.#plan();
    this.#around.changed(this);
  }

  /** The start that it was just told of, waiting for its turn already or yet to come, goes ahead of all others. */
  hurry(): void {
    this.#hurried = 'sequel' in this.instance;
    this.#around.starts.hurry(this.instance.incarnation);
  }

  /** Takes over what an earlier sidecar left: its process where it runs, else what its end leaves to do. */
  adopt(): void {
    const { instance } = this;
    const { incarnation } = instance;
    this.#tally.resume();
    // It may have been started just before the end of the sidecar that wanted to record it.
    const { processes } = this.#around.parts;
    const identity =
      this.#recorded ??
      (instance.state === 'starting' ? processes.find(incarnation, this.#logFile, instance.since) : undefined);
    if (identity === undefined) {
      if (instance.state === 'starting') this.#perform({ kind: 'spawn' });
      else this.#plan();
      return;
    }
    // Whoever started it did not come to counting it.
    if (this.#recorded === undefined) this.#tally.started(undefined);
    this.#incarnation = this.#create(incarnation);
    const runs = this.#incarnation.adopt(identity);
    if (runs || instance.state === 'stopping') this.tell({ kind: 'adopted', incarnation });
    else this.tell({ kind: 'exited', incarnation, status: this.#around.parts.processes.endOf(identity) });
    this.#plan();
  }

  heard(beat: { readonly seq?: number; readonly busy?: boolean }): void {
    this.#incarnation?.heard(beat);
  }

  save(): void {
    this.#record.save();
  }

  /** Its slot is emptied; nothing of it runs. */
  forget(): void {
    this.#timer.cancel();
    this.#incarnation?.close();
    this.#record.remove();
  }

  #now(): InstanceRecord {
    const { key, app, spec, origin, index, slot, instance, fresh, lastFault, since, followed } = this;
    const current = isProcess(instance) && this.#incarnation?.id === instance.incarnation;
    const identity = current ? this.#incarnation?.identity : undefined;
    return {
      ...{ key, bootId: this.#around.parts.bootId, app, spec, origin, index, slot, instance, fresh, lastFault, since },
      followed,
      counts: this.#tally.counts,
      logFrom: this.#logFrom,
      ...(identity === undefined ? {} : { identity }),
      ...(this.faultsBefore === undefined ? {} : { faultsBefore: this.faultsBefore }),
      ...(this.heldBy === undefined ? {} : { heldBy: this.heldBy }),
      ...(this.downSince === undefined ? {} : { downSince: this.downSince }),
    };
  }

  #note(before: Instance): void {
    const { instance } = this;
    const again = 'sequel' in instance && instance.sequel.kind === 'again';
    if (again) this.#diedAt ??= this.#around.at();
    else if (instance.state !== 'starting' && instance.state !== 'backoff') this.#diedAt = undefined;
    if (instance.state === 'exited' || instance.state === 'failed') this.#hurried = false;
    if (instance.history.faults > before.history.faults) this.lastFault = instance.reason;
    if (instance.state === before.state && instance.incarnation === before.incarnation) return;
    this.since = this.#around.parts.clock.now();
    if (instance.state === 'ready') this.downSince = undefined;
    else this.downSince ??= instance.since;
    if (before.state === 'starting') this.#around.starts.done(before.incarnation);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'spawn':
        this.#queue();
        return;
      case 'signal':
        this.#incarnation?.signal(effect.signal);
        this.instance = wasSignalled(this.instance);
        this.save();
        return;
      case 'park':
      case 'unpark':
        this.#incarnation?.[effect.kind]();
        return;
      case 'killTree':
        this.#incarnation?.killTree();
        return;
      case 'startProbes':
        this.#incarnation?.startProbes(this.instance);
        return;
      case 'stopProbes':
        this.#incarnation?.stopProbes();
        return;
      case 'release':
        this.#incarnation?.close();
        this.#incarnation = undefined;
        return;
      case 'report':
        this.#around.parts.events.emit(effect.event, eventOf(this, effect));
        return;
    }
  }

  /** Only those that can be seen becoming ready wait for their turn. */
  #queue(): void {
    const { incarnation } = this.instance;
    const { starts, level, turn } = this.#around;
    if (this.#around.ending()) {
      turn(() => this.tell({ kind: 'stopAsked', sequel: 'rest', reason: GOING_DOWN }));
      return;
    }
    const launch = (): void => turn(() => this.#start(incarnation));
    if (holdsUp(this.spec.healthchecks)) starts.ask(incarnation, level(this), launch, this.#hurried);
    else this.#start(incarnation);
  }

  #start(incarnation: string): void {
    if (this.instance.state !== 'starting' || this.instance.process || this.instance.incarnation !== incarnation)
      return;
    this.#hurried = false;
    this.#incarnation = this.#create(incarnation);
    this.followed = this.#around.followed(this);
    try {
      // What is started must be known by its incarnation, should nobody live to record the process.
      this.#record.write();
      this.#incarnation.start();
    } catch (error) {
      this.#incarnation = undefined;
      this.tell({ kind: 'spawnFailed', incarnation, detail: messageOf(error) });
      return;
    }
    this.#tally.started(this.#diedAt === undefined ? undefined : this.#around.at() - this.#diedAt);
    this.#diedAt = undefined;
    this.save();
    // In this same turn: nobody may take it for one without a process.
    this.tell({ kind: 'spawned', incarnation });
  }

  #create(id: string): Incarnation {
    const { app, spec, origin, index } = this;
    const { parts, turn, shared, changed } = this.#around;
    return new Incarnation({
      ...{ parts, id, app, spec, origin, index, logFile: this.#logFile },
      tell: (told) => turn(() => this.tell(told)),
      noted: () => turn(() => changed(this)),
      shared: () => shared(this),
    });
  }

  #plan(): void {
    this.#timer.set(deadlineOf(this.instance));
  }

  #due(lateMs: number): void {
    const [{ incarnation }, detail] = [this.instance, this.#incarnation?.detail ?? ''];
    this.#around.turn(() => {
      this.tell({ kind: 'deadline', incarnation, lateMs, detail });
      this.#plan();
    });
  }
}
