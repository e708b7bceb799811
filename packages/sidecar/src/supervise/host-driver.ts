/**
 * Drives the host's release state: one writer; decides, writes to disk, then acts. Deadlines are state; timers
 * only wake it. Never touches an agent, a file of a release or a socket itself.
 */
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { candidateOf, deadlineOf } from '../host/app-state.js';
import { holdHost, resumeHost } from '../host/hold.js';
import type { HostEffect, HostEvent } from '../host/host-event.js';
import { appOf, bindEpoch, decideHost, type HostDecision, type HostState } from '../host/host-state.js';
import { leftOf, type Moment } from '../host/moment.js';
import { ordersOn } from '../host/scaling.js';
import type { HostCommand, HostControl, ScaleOrder, SwitchHow } from '../link/ports.js';
import { Fetches } from './host-driver-fetches.js';
import * as input from './host-driver-input.js';
import type { HostDriverOptions } from './host-driver-options.js';
import { renewOrder, stageOrder, switchOrder } from './host-driver-orders.js';
import { type Outlook, outlookOf } from './host-driver-problems.js';
import { scaleEvent } from './host-driver-scaling.js';
import { ordersBack } from './host-driver-specs.js';
import { keptState, type KeptState } from './host-driver-state.js';
import { StatusWriter } from './host-driver-status.js';
import { Targets } from './host-driver-targets.js';
import { tellOf } from './host-driver-tell.js';
import { Timers } from './host-driver-timers.js';
import { factOf, isNewWaitedFor, waitOf } from './host-driver-wait.js';

/** Timers stand still while the machine sleeps, deadlines do not: look at them at least so often. */
const LONGEST_SLEEP_MS = 5_000;
/** After the disk has refused a write. */
const WRITE_AGAIN_MS = 1_000;
/** Changes within this time are told together. */
const COALESCE_MS = 10;

export interface HostDriver extends HostControl, Pick<Fetches, 'pulse'> {
  /** Says anew what should run, and goes on with what was under way. After the supervisor has adopted what lives. */
  start(): void;
  /** Ends timers and fetches; agents run on. */
  stop(): void;
  /** What speaks against a spec here, and what runs beside its app. */
  outlook(spec: HostSpec): Outlook;
}

export const createHostDriver = (options: HostDriverOptions): HostDriver => new Driver(options);

class Driver implements HostDriver {
  private state: HostState;
  private readonly store: KeptState['store'];
  private readonly targets: Targets;
  private readonly fetches: Fetches;
  private readonly writer: StatusWriter;
  private readonly listeners = new Set<() => void>();
  private readonly timers: Timers<'deadline' | 'write' | 'tell'>;
  private unsubscribe: () => void = () => undefined;
  private observing = false;
  private stopped = false;
  readonly pulse = (): number | undefined => this.fetches.pulse();

  constructor(private readonly options: HostDriverOptions) {
    const kept = keptState(options.store, options.onProblem);
    [this.state, this.store] = [kept.state, kept.store];
    const { releases, supervisor, clock, onStaged } = options;
    this.timers = new Timers(clock);
    this.targets = new Targets({
      releases,
      supervisor,
      clock,
      ordersOn: (app, release) => ordersOn(appOf(this.state, app), release),
      onProven: (app) => this.note(app, { kind: 'tick', proving: true, at: this.now() }),
      onUnfit: (app, release, reason, blameless) =>
        this.note(app, { kind: 'failed', release, reason, ...(blameless ? { blameless } : {}) }),
    });
    this.fetches = new Fetches({
      releases,
      onStaged,
      onProgress: () => this.changed(),
      onEnd: (app, release, reason) =>
        this.note(app, reason === undefined ? { kind: 'staged', release } : { kind: 'stageFailed', release, reason }),
    });
    this.writer = new StatusWriter(options, this.targets, this.fetches, kept.problems);
  }

  start(): void {
    this.unsubscribe = this.options.supervisor.onChange(() => this.observeSoon());
    for (const app of Object.keys(this.state.apps)) this.note(app, { kind: 'booted', at: this.now() });
    this.observeSoon();
  }

  stop(): void {
    this.stopped = true;
    this.unsubscribe();
    this.timers.stop();
    this.targets.stop();
    this.fetches.stop();
  }

  status(): HostStatus {
    return this.writer.host(this.state, this.now());
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  bindEpoch(epoch: number, holder: string): HostStatus {
    input.checkEpoch(epoch, holder);
    this.command('', bindEpoch(this.state, epoch, holder, this.now().wall));
    return this.status();
  }

  stage(command: HostCommand, source: Parameters<HostControl['stage']>[1]): AppStatus {
    const order = stageOrder(command, source, this.state, this.options);
    return this.obey(command.app, { ...order, at: this.now() });
  }

  switchTo(
    command: HostCommand,
    release: ReleaseRef,
    confirmWithinMs: number,
    record: string,
    how: SwitchHow = {},
  ): AppStatus {
    const ask = { release, confirmWithinMs, record, how };
    return this.obey(command.app, switchOrder(command, ask, this.state, this.now(), this.writer));
  }

  readonly outlook = (spec: HostSpec): Outlook => outlookOf(spec, this.state, this.options);

  renew(renewal: Parameters<HostControl['renew']>[0]): AppStatus {
    return this.obey(renewal.app, { ...renewOrder(renewal), at: this.now() });
  }

  commit(command: HostCommand): AppStatus {
    input.checkCommand(command);
    return this.obey(command.app, { kind: 'commit', order: input.orderOf(command), at: this.now() });
  }

  revert(command: HostCommand, reason: string, noGrace = false): AppStatus {
    input.checkCommand(command);
    input.checkReason(reason);
    const urgent = noGrace ? ({ urgent: true } as const) : {};
    return this.obey(command.app, { kind: 'revert', order: input.orderOf(command), reason, ...urgent, at: this.now() });
  }

  /** A person here says that the candidate is no good: a fact like any other failure of it. */
  revertHere(app: string, by: string, reason: string): AppStatus {
    input.checkName('app', app);
    input.checkText('by', by);
    if (!Object.hasOwn(this.state.apps, app)) throw new OutriderError('not_found', `No app ${app} on this host.`);
    const release = candidateOf(appOf(this.state, app));
    const sentence = `reverted on the host by ${by}${reason === '' ? '' : `: ${reason}`}`;
    if (release !== undefined) this.note(app, { kind: 'failed', release, reason: sentence });
    return this.appStatus(app);
  }

  emergency(by: string, reason: string): HostStatus {
    input.checkText('by', by);
    input.checkReason(reason);
    const [{ spec: read }, { wall: since }] = [this.writer, this.now()];
    const isStaged = (app: string, release: ReleaseRef): boolean => read(app, release) !== undefined;
    const ask = { by, since, isStaged, ordersAfter: ordersBack(read, by, since) };
    const { state, effects } = holdHost(this.state, reason, ask);
    if (state === this.state) return this.status();
    this.write(state);
    this.options.events.emit('host.held', { by, ...(reason === '' ? {} : { reason }) });
    for (const { app, effects: ofApp } of effects) this.perform(app, ofApp);
    this.observeSoon();
    return this.status();
  }

  resume(by: string): HostStatus {
    input.checkText('by', by);
    const { state } = this;
    this.write(resumeHost(state));
    if (state !== this.state) this.options.events.emit('host.resumed', { by });
    this.observeSoon();
    return this.status();
  }

  scale(order: ScaleOrder): AppStatus {
    return this.obey(order.app, scaleEvent(order, this.state, this.options, this.writer.spec, this.now()));
  }

  private obey(app: string, event: HostEvent): AppStatus {
    this.command(app, decideHost(this.state, app, event));
    return this.appStatus(app);
  }

  private appStatus(app: string): AppStatus {
    return this.writer.app(appOf(this.state, app), this.now(), this.state.hold);
  }

  /** A command that can't be written is not obeyed. What it made known besides (a lease is over) is acted on. */
  private command(app: string, { state, effects, reply }: HostDecision): void {
    this.write(state);
    this.perform(app, effects);
    if (!reply.accepted) throw new OutriderError('refused', reply.reason);
  }

  /** Throws where the disk refuses; nothing has changed then. */
  private write(state: HostState): void {
    if (state === this.state) return;
    this.store.write(state);
    this.state = state;
    this.timers.cancel('write');
  }

  /**
   * A fact is so whether the disk takes it or not. Facts only ever lead back to what is on disk already, or to
   * what the same fact would lead to after a restart, so they are acted on and written as soon as that works.
   */
  private note(app: string, event: HostEvent): void {
    if (this.stopped) return;
    const { state, effects } = decideHost(this.state, app, event);
    if (state !== this.state) {
      this.state = state;
      this.writeOrRetry();
    }
    this.perform(app, effects);
  }

  private writeOrRetry(): void {
    try {
      this.store.write(this.state);
      this.timers.cancel('write');
    } catch (error) {
      this.options.onProblem(error);
      this.timers.set('write', WRITE_AGAIN_MS, () => this.writeOrRetry());
    }
  }

  private perform(app: string, effects: readonly HostEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'run') this.targets.run(app, effect);
      else if (effect.kind === 'fetch') this.fetches.start(app, effect);
      else tellOf(this.options.events, app, effect);
    }
    this.watchDeadlines();
    this.observeSoon();
  }

  private observeSoon(): void {
    if (this.observing) return;
    this.observing = true;
    queueMicrotask(() => {
      this.observing = false;
      if (this.stopped) return;
      for (const app of Object.keys(this.state.apps)) this.observe(app);
      this.changed();
    });
  }

  /** What the supervisor says counts only of the target that the present phase has set. */
  private observe(app: string): void {
    const run = this.targets.applied(app);
    const { phase } = appOf(this.state, app).work;
    if (run === undefined || phase === 'idle') return;
    const { supervisor, host } = this.options;
    const fact = factOf(supervisor.convergence(app), run.release, { phase, host, at: this.now() });
    if (fact !== undefined) this.note(app, fact);
  }

  private watchDeadlines(): void {
    const at = this.now();
    const left = Object.values(this.state.apps).flatMap((app) => {
      const deadline = deadlineOf(app);
      return deadline === undefined ? [] : [leftOf(deadline, at)];
    });
    if (left.length === 0) this.timers.cancel('deadline');
    else this.timers.set('deadline', Math.min(LONGEST_SLEEP_MS, ...left), () => this.tick());
  }

  private tick(): void {
    for (const app of Object.keys(this.state.apps)) {
      const waiting = waitOf(app, this.targets, this.options.host, () => this.newAgentsWait(app));
      this.note(app, { kind: 'tick', ...waiting, at: this.now() });
    }
  }

  private newAgentsWait(app: string): boolean {
    const { active } = appOf(this.state, app);
    const before = active === undefined ? undefined : this.writer.spec(app, active);
    return isNewWaitedFor(app, before, this.options.agents.instances());
  }

  private changed(): void {
    if (this.timers.has('tell') || this.stopped) return;
    this.timers.set('tell', COALESCE_MS, () => {
      for (const listener of this.listeners) listener();
    });
  }

  private now(): Moment {
    const { clock, bootId } = this.options;
    return { bootId, sinceBootMs: clock.sinceBoot(), wall: rfc3339(clock.now()) };
  }
}
