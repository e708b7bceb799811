/** One rollout under way: its events one at a time, each decided, committed and handed on. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hasEnded, type Plan, type Rollout } from '@outrider/shared/domain/rollout.js';
import { placeOf } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import { countAsTouched, FAR_ABOVE, takeBackLost } from '../rollout/begin.js';
import { decide } from '../rollout/decide.js';
import { inTurn } from '../rollout/in-turn.js';
import type { Decision, HistoryLine, Limits, RolloutCommand, RolloutEvent } from '../rollout/decision.js';
import type { Boundary } from './boundary.js';
import { Mailbox } from './mailbox.js';
import type { Cause, DecisionRecord, Effect, RolloutStore, StoredRollout } from './ports.js';
import type { Term } from './term.js';

export interface RunOptions {
  readonly store: RolloutStore;
  readonly clock: Clock;
  readonly boundary: Boundary;
  readonly limits: Limits;
  readonly deliver: (effect: Effect, term: Term) => void;
  /** After each commit; `before` absent: nobody knows how far the record has moved. */
  readonly changed: (run: RolloutRun, before?: Rollout) => void;
  /** Its first decision was not written, so there is no such rollout. */
  readonly unwritten: (run: RolloutRun) => void;
  readonly onBug: (error: unknown) => void;
}

export class RolloutRun {
  private readonly mailbox = new Mailbox();
  /** Told, and not yet decided. */
  private told: RolloutEvent[] = [];
  private cancelTick: () => void = () => undefined;
  /** The store may know more than this: it was away when it was asked to commit. */
  private doubtful = false;

  constructor(
    private stored: StoredRollout,
    private readonly term: Term,
    private readonly options: RunOptions,
  ) {}

  get rollout(): Rollout {
    return this.stored.rollout;
  }

  get revision(): number {
    return this.stored.revision;
  }

  /** Something went wrong between this and the store; `reload` mends it. */
  get isDoubtful(): boolean {
    return this.doubtful;
  }

  /** Rejects with `OutriderError('unavailable')` where it can't be decided now. */
  post(event: RolloutEvent): Promise<Rollout> {
    return this.mailbox.post(() => this.apply((rollout) => this.decisionOn(rollout, event), [causeOf(event)]));
  }

  /**
   * The same for events that will be told again: what goes wrong is mended by `reload`. Those that come while another
   * decision is being written are decided one after the other, and written together.
   */
  tell(event: RolloutEvent): void {
    this.told.push(event);
    if (this.told.length > 1) return;
    const decideAll = (): Promise<Rollout> => {
      const events = this.told;
      this.told = [];
      const decideOn = (now: Rollout): Decision => inTurn(now, events, (then, event) => this.decisionOn(then, event));
      return this.apply(decideOn, events.map(causeOf));
    };
    this.mailbox.post(decideAll).catch((error: unknown) => {
      if (!(error instanceof OutriderError)) this.options.onBug(error);
    });
  }

  /** Goes by what the store says now. */
  reload(): Promise<void> {
    return this.mailbox.post(async () => {
      if (!this.doubtful || !this.term.isLive()) return;
      const fresh = await this.options.store.load(this.rollout.id);
      if (fresh === undefined) {
        if (this.revision === 0) this.options.unwritten(this);
        return;
      }
      const { rollout: known, revision } = this.stored;
      this.stored = fresh;
      this.doubtful = false;
      if (fresh.revision < revision) {
        await this.apply((rollout) => this.lost(rollout, known.steps), [{ kind: 'lost' }]);
        return;
      }
      const effects = await this.options.store.outbox();
      for (const effect of effects) if (effect.key.startsWith(`${this.rollout.id}/`)) this.deliver(effect);
      this.options.changed(this);
    });
  }

  /** Takes the whole rollout back, since hosts have seen more of it than the store. */
  takeBack(steps: number): Promise<Rollout> {
    return this.mailbox.post(() => this.apply((rollout) => this.lost(rollout, steps), [{ kind: 'lost' }]));
  }

  /** These hosts do not answer a leader that is new. */
  countAsTouched(silent: readonly string[]): Promise<Rollout> {
    const { clock, limits } = this.options;
    const at = clock.now();
    const causes = [{ kind: 'silent', reason: silent.join(', ') }];
    return this.mailbox.post(() => this.apply((rollout) => countAsTouched(rollout, silent, at, limits), causes));
  }

  /**
   * Writes the first decision of a rollout that the store does not know yet. An answer that was lost says
   * nothing: the store is asked whether it was written, now or, where it is silent, with the next `reload`.
   * `plan`: what it was begun by; absent: it was begun before, and the store has lost it.
   */
  async open(decision: Decision, plan?: Plan): Promise<Rollout> {
    const causes = [plan === undefined ? { kind: 'lost' } : { kind: 'begin', by: decision.rollout.by }];
    try {
      return await this.mailbox.post(() => this.apply(() => decision, causes, plan));
    } catch (error) {
      await this.reload().catch(() => undefined);
      if (this.revision === 0) throw error;
      return this.rollout;
    }
  }

  /** Wakes up when the state says that time is up. */
  scheduleTick(): void {
    this.cancelTick();
    const { deadline, bakeUntil, phase, paused } = this.rollout;
    if (hasEnded(phase) || paused) return;
    const next = Math.min(deadline ?? Infinity, bakeUntil ?? Infinity);
    if (next === Infinity) return;
    const { clock } = this.options;
    this.cancelTick = clock.after(Math.max(0, next - clock.now()) + 1, () => {
      this.tell({ kind: 'tick', at: clock.now() });
      this.scheduleTick();
    });
  }

  close(): void {
    this.cancelTick();
  }

  private decisionOn(rollout: Rollout, event: RolloutEvent): Decision {
    if (event.kind === 'report' && event.status !== 'gone') {
      const { fence } = event.status;
      if (fence?.rollout === rollout.seq && fence.step > rollout.steps && !hasEnded(rollout.phase)) {
        return this.lost(rollout, fence.step);
      }
    }
    return decide(rollout, event, this.options.limits);
  }

  private lost(rollout: Rollout, seen: number): Decision {
    return takeBackLost(rollout, seen + FAR_ABOVE, this.options.clock.now(), this.options.limits);
  }

  private async apply(
    decideOn: (rollout: Rollout) => Decision,
    causes: readonly Cause[],
    plan?: Plan,
  ): Promise<Rollout> {
    const { term, options } = this;
    if (!term.isLive() || this.doubtful) throw unavailable();
    const decision = decideOn(this.rollout);
    const { rollout, effects, events } = decision;
    if (this.revision > 0 && rollout === this.rollout && effects.length === 0 && events.length === 0) return rollout;
    const commands = effects.map((command) => this.effectOf(rollout, command));
    const lines = events.map((line, index) => this.eventOf(rollout, line, index));
    this.doubtful = true;
    await options.boundary('commit.before');
    const trace = { decision: this.recordOf(causes, decision), ...(plan === undefined ? {} : { plan }) };
    const result = await options.store.commit(term.lease, rollout, this.revision, lines, commands, trace);
    if (result !== 'committed') throw unavailable();
    this.doubtful = false;
    const before = this.rollout;
    this.stored = { rollout, revision: this.revision + 1 };
    await options.boundary('commit.after');
    for (const effect of commands) this.deliver(effect);
    options.changed(this, before);
    return rollout;
  }

  private recordOf(causes: readonly Cause[], { rollout, effects, events }: Decision): DecisionRecord {
    return {
      at: rfc3339(this.options.clock.now()),
      epoch: this.term.lease.epoch,
      revision: this.revision + 1,
      events: causes,
      phase: { from: this.rollout.phase, to: rollout.phase },
      commands: effects.map(({ host, kind, step }) => ({ host, kind, step })),
      told: events.map(({ type }) => type),
    };
  }

  /** An effect that an earlier leader left in the outbox. */
  redeliver(effect: Effect): void {
    this.deliver(effect);
  }

  private deliver(effect: Effect): void {
    // Under this leader's epoch: an effect that an earlier leader left keeps its key alone.
    const { epoch } = this.term.lease;
    this.options.deliver({ ...effect, fence: { ...effect.fence, epoch } }, this.term);
  }

  private effectOf(rollout: Rollout, command: RolloutCommand): Effect {
    const { host: key, kind, step, release, confirmWithinMs, reason } = command;
    const fence = { epoch: this.term.lease.epoch, rollout: rollout.seq, step };
    return {
      key: `${rollout.id}/${key}/${step}`,
      ...placeOf(rollout, rollout.hosts.find((entry) => entry.host === key) ?? { host: key }),
      kind,
      fence,
      release,
      confirmWithinMs,
      reason,
    };
  }

  private eventOf(rollout: Rollout, line: HistoryLine, index: number): OutriderEvent {
    const { environment } = rollout;
    const { host: key, ...rest } = line;
    const entry = key === undefined ? undefined : (rollout.hosts.find(({ host }) => host === key) ?? { host: key });
    const { host, app } = entry === undefined ? { host: undefined, app: rollout.app } : placeOf(rollout, entry);
    // In a rollback each host goes to its own; what is of no host has that of the app.
    const own = rollout.hosts.find((place) => place.host === key)?.to.version;
    const version =
      own ?? (rollout.apps ?? []).find((one) => one.app === (line.app ?? app))?.version ?? rollout.version;
    const id = `${rollout.id}-${this.term.lease.epoch}-${this.revision}-${index}`;
    const at = rfc3339(this.options.clock.now());
    const where = { environment, app, rollout: rollout.id, version, ...(host === undefined ? {} : { host }) };
    return { id, at, ...where, ...rest };
  }
}

/** What of an event tells it apart later; what a host has reported is in its own history. */
function causeOf(event: RolloutEvent): Cause {
  const { kind } = event;
  if (event.kind === 'gate') {
    const { reason, samples: _samples, ...verdict } = event.verdict;
    return { kind, reason, gate: { name: event.gate, ...verdict } };
  }
  return {
    kind,
    ...('host' in event ? { host: event.host } : {}),
    ...('by' in event ? { by: event.by } : {}),
    ...('reason' in event ? { reason: event.reason } : {}),
  };
}

const unavailable = (): OutriderError =>
  new OutriderError('unavailable', 'Nothing can be decided now: the lease or Redis is not available. Try again.');
