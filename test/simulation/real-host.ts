/**
 * A host without processes, disk or network: the sidecar's own decisions about the switch and about its agents. It
 * does no work by itself: `work` and `advance` move it on, so that a schedule decides when everything happens.
 */
import { type AppStatus, compareFences, type Fence, type HostStatus } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { HostCommands } from '@outrider/coordinator/engine/ports.js';
import { reportOf } from '@outrider/sidecar/host/app-report.js';
import { type AppState, candidateOf, deadlineOf } from '@outrider/sidecar/host/app-state.js';
import type { HostEvent, Order, RunEffect } from '@outrider/sidecar/host/host-event.js';
import { appOf, bindEpoch, decideHost, type HostState, NEW_HOST } from '@outrider/sidecar/host/host-state.js';
import { leftOf, type Moment } from '@outrider/sidecar/host/moment.js';
import { ordersAfter } from '@outrider/sidecar/host/scaling.js';
import { type Fate, HostAgents } from './host-agents.js';
import { OrderedReplicas, SCALED } from './ordered-replicas.js';

type Command = Omit<Parameters<HostCommands['commit']>[0], 'by'>;
type Renewal = Parameters<HostCommands['renew']>[0];

/** What a switch may take before the host gives it up. */
const SWITCH_LIMIT_MS = 45_000;
const SYSTEM = { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 };
const SIDECAR = { pid: 1, version: '0', startedAt: '' };

/** Where a sidecar is killed: with nothing of the command on disk yet, or with all of it and none of it done. */
export type HostCrash = 'before it is written' | 'before it is done';

export interface RealHostOptions {
  readonly fateOf: (release: ReleaseRef) => Fate;
  readonly changed?: () => void;
  readonly order?: 'stop-first' | 'start-first';
  readonly switchLimitMs?: number;
}

export class RealHost {
  readonly agents: HostAgents;
  /** What would be seen on it that may never be. */
  readonly faults: string[] = [];
  /** Its sidecar is killed at the next command. */
  crashAt: HostCrash | undefined;
  private state: HostState = NEW_HOST;
  private run: RunEffect | undefined;
  private isApplied = false;
  private isDisturbed = false;
  private fetching: ReleaseRef | undefined;
  private readonly staged: ReleaseRef[] = [];
  private boots = 1;
  private crashes = 0;
  private bootedAt = 0;
  private now = 0;
  private highest = 0;
  private lastObeyed: Fence | undefined;
  private readonly ordered = new OrderedReplicas();
  private readonly changed: () => void;

  constructor(
    readonly name: string,
    readonly app: string,
    private readonly options: RealHostOptions,
  ) {
    this.agents = new HostAgents(options.fateOf, options.order ?? 'stop-first');
    this.changed = options.changed ?? ((): void => undefined);
  }

  get appState(): AppState {
    return appOf(this.state, this.app);
  }
  get phase(): AppState['work']['phase'] {
    return this.appState.work.phase;
  }
  get active(): ReleaseRef | undefined {
    return this.appState.active;
  }
  get previous(): ReleaseRef | undefined {
    return this.appState.previous;
  }
  get candidate(): ReleaseRef | undefined {
    return candidateOf(this.appState);
  }
  get epoch(): number {
    return this.state.binding.epoch;
  }

  /** False: it has never heard of it. */
  get knowsApp(): boolean {
    return Object.hasOwn(this.state.apps, this.app);
  }
  /** Since it was started anew it was not seen well yet. */
  get isJustStarted(): boolean {
    return this.isDisturbed;
  }

  /** As if it had been committed there before. */
  install(release: ReleaseRef): void {
    this.staged.push(release);
    const app: AppState = { app: this.app, failed: [], work: { phase: 'idle' }, active: release };
    this.state = { ...this.state, apps: { [this.app]: app } };
    this.agents.install(release);
    this.perform([{ kind: 'run', release, mode: 'steady', verify: false }]);
  }

  /** One step of whatever is under way. */
  work(): void {
    const { fetching, run } = this;
    if (fetching !== undefined) {
      this.fetching = undefined;
      if (this.options.fateOf(fetching) === 'unfetchable') {
        this.note({ kind: 'stageFailed', release: fetching, reason: 'a file is missing' });
      } else {
        this.staged.push(fetching);
        this.note({ kind: 'staged', release: fetching });
      }
    } else if (run !== undefined && !this.isApplied) {
      this.isApplied = true;
      this.agents.setTarget(run.release, run.mode);
    } else {
      this.agents.work();
    }
    this.observe();
    if (this.isDisturbed && this.isApplied) this.isDisturbed = this.agents.judge().state !== 'converged';
    this.watch();
    this.changed();
  }

  /** Lets time pass: a deadline that is over is noticed at once, unless its timer is late. */
  advance(now: number, isLate = false): void {
    this.now = now;
    this.agents.advance(now);
    if (isLate) return;
    const deadline = deadlineOf(this.appState);
    if (deadline === undefined || leftOf(deadline, this.moment()) > 0) return;
    this.note({ kind: 'tick', at: this.moment() });
    this.changed();
  }

  /** The sidecar is killed and another one begins; agents run on. */
  restart(): void {
    this.isDisturbed = true;
    this.run = undefined;
    this.isApplied = false;
    this.fetching = undefined;
    this.agents.restart();
    if (this.knowsApp) this.note({ kind: 'booted', at: this.moment() });
    this.changed();
  }

  /** The power was cut. */
  reboot(): void {
    this.boots += 1;
    this.bootedAt = this.now;
    this.agents.reboot();
    this.restart();
    if (this.phase === 'trial' || this.phase === 'switching') {
      this.faults.push(`a boot ends a trial: ${this.name} goes on with ${this.candidate?.version ?? 'nothing'}`);
    }
  }

  /** The sidecar is killed; every other time its agent ends before the next one comes. */
  private crash(): void {
    this.crashes += 1;
    if (this.crashes % 2 === 0) this.agents.die();
    this.restart();
  }

  bindEpoch(epoch: number, holder: string): HostStatus {
    const { state, reply } = bindEpoch(this.state, epoch, holder, '');
    this.state = state;
    if (!reply.accepted) throw new OutriderError('refused', reply.reason);
    this.heard(epoch);
    return this.status();
  }

  stage(command: Command, { release }: { readonly release: ReleaseRef }): AppStatus {
    return this.obey({ kind: 'stage', order: orderOf(command), release, sources: [], at: this.moment() });
  }

  switchTo(command: Command, release: ReleaseRef, confirmWithinMs: number, record: string): AppStatus {
    return this.obey({
      ...{ kind: 'switch', order: orderOf(command), release, confirmWithinMs, record },
      ...{
        staged: this.staged.some((other) => sameRelease(other, release)),
        limitMs: this.options.switchLimitMs ?? SWITCH_LIMIT_MS,
      },
      scaled: ordersAfter(
        this.appState,
        release,
        { now: [SCALED], next: release.version === 'none' ? [] : [SCALED] },
        { isRollback: confirmWithinMs === 0, by: '', since: '' },
      ),
      at: this.moment(),
    });
  }

  /** Somebody, or the host by its own load. */
  scale(replicas: number): void {
    const before = this.appState;
    const order = { agent: SCALED.name, replicas, declared: SCALED.replicas, by: 'somebody', reason: '' };
    const { state, effects, reply } = decideHost(this.state, this.app, { kind: 'scale', ...order, at: this.moment() });
    const isAtRest = before.work.phase === 'idle' && before.active !== undefined;
    if (reply.accepted !== isAtRest) {
      this.faults.push(`scaled at rest and only then: ${this.name} was ${before.work.phase}`);
    }
    if (isAtRest) this.ordered.order(replicas);
    this.state = state;
    this.inspect(before);
    this.perform(effects);
    this.changed();
  }

  renew({ epoch, holder, rollout, confirmWithinMs }: Renewal): AppStatus {
    return this.obey({ kind: 'renew', epoch, holder, rollout, confirmWithinMs, at: this.moment() });
  }

  commit(command: Command): AppStatus {
    return this.obey({ kind: 'commit', order: orderOf(command), at: this.moment() });
  }

  revert(command: Command, reason: string, urgent?: true): AppStatus {
    const how = urgent === undefined ? {} : { urgent };
    return this.obey({ kind: 'revert', order: orderOf(command), reason, ...how, at: this.moment() });
  }

  status(): HostStatus {
    const { binding } = this.state;
    return {
      ...{ host: this.name, address: '127.0.0.1', environment: 'local', labels: {}, bootId: `boot-${this.boots}` },
      ...{ sidecar: SIDECAR, epoch: binding.epoch, epochHolder: binding.holder, instances: [], system: SYSTEM },
      apps: this.knowsApp ? [this.appStatus()] : [],
    };
  }

  appStatus(): AppStatus {
    const { appState } = this;
    const { staging } = appState;
    const found = this.run === undefined || this.isApplied ? this.agents.judge() : undefined;
    const suspect = found === undefined || found.state === 'converged' ? undefined : found.suspect;
    return {
      ...reportOf(appState, this.moment()),
      ...(staging === undefined ? {} : { staging: stagingOf(staging) }),
      converged: found?.state === 'converged',
      waitingFor: found?.state === 'converging' ? found.waitingFor : '',
      ...(suspect !== undefined && this.phase === 'reverting'
        ? { stuckOn: { host: this.name, agent: suspect.agent, cause: suspect.cause, log: [] } }
        : {}),
      agents: [],
    };
  }

  private obey(event: Exclude<HostEvent, { kind: 'tick' | 'staged' | 'booted' }>): AppStatus {
    const before = this.appState;
    const { state, effects, reply } = decideHost(this.state, this.app, event);
    const crash = this.crashAt;
    this.crashAt = undefined;
    if (crash === 'before it is written') {
      this.crash();
      throw new OutriderError('unavailable', `${this.name} does not answer.`);
    }
    this.state = state;
    if (reply.accepted)
      this.heard('order' in event ? event.order.fence.epoch : event.kind === 'renew' ? event.epoch : 0);
    if (reply.accepted && 'order' in event) this.obeyed(event.order.fence);
    const isOver = before.work.phase === 'trial' && leftOf(before.work.lease, this.moment()) === 0;
    if (reply.accepted && isOver && this.phase !== 'reverting') {
      this.faults.push(`no trial outlives its lease: ${event.kind} went on with that of ${this.name}`);
    }
    this.inspect(before);
    if (crash === 'before it is done') {
      this.crash();
      throw new OutriderError('unavailable', `${this.name} does not answer.`);
    }
    this.perform(effects);
    this.changed();
    if (!reply.accepted) throw new OutriderError('refused', reply.reason);
    return this.appStatus();
  }

  private note(event: HostEvent): void {
    const before = this.appState;
    const { state, effects } = decideHost(this.state, this.app, event);
    this.state = state;
    this.inspect(before);
    this.perform(effects);
  }

  private perform(effects: ReturnType<typeof decideHost>['effects']): void {
    for (const effect of effects) {
      if (effect.kind === 'fetch') this.fetching = effect.release;
      if (effect.kind !== 'run') continue;
      this.run = effect;
      this.isApplied = !effect.verify;
      if (this.isApplied) this.agents.setTarget(effect.release, effect.mode);
      else if (effect.mode === 'steady') this.agents.hold();
    }
  }

  /** What the agents say counts only of the target that the present phase has set. */
  private observe(): void {
    const { run, phase } = this;
    if (run === undefined || !this.isApplied || phase === 'idle') return;
    const found = this.agents.judge();
    if (found.state === 'converged' && phase !== 'trial') {
      this.note({
        kind: 'converged',
        ...(run.release === undefined ? {} : { release: run.release }),
        at: this.moment(),
      });
    } else if (found.state === 'failed' && run.release !== undefined) {
      const { agent, cause } = found.suspect;
      const culprit = { host: this.name, agent, cause, log: [] };
      this.note({ kind: 'failed', release: run.release, reason: `${agent}: ${cause}`, culprit });
    }
  }

  /** Leaders that were heard and obeyed never take turns. */
  private heard(epoch: number): void {
    if (epoch < this.highest)
      this.faults.push(`never two leaders on a host: ${this.name} obeyed epoch ${epoch} after ${this.highest}`);
    this.highest = Math.max(this.highest, epoch);
  }

  private obeyed(fence: Fence): void {
    const { lastObeyed } = this;
    if (lastObeyed !== undefined && compareFences(fence, lastObeyed) < 0) {
      this.faults.push(`no command is obeyed after a later one: ${this.name} obeyed step ${fence.step}`);
    }
    this.lastObeyed = fence;
  }

  private inspect(before: AppState): void {
    this.faults.push(...this.ordered.broken(this.name, this.appState));
    const { active, previous, failed, work } = this.appState;
    for (const target of [active, previous]) {
      if (target !== undefined && failed.some((other) => sameRelease(other, target))) {
        this.faults.push(
          `never back to what failed: ${this.name} could go back to ${target.version}, which has failed there`,
        );
      }
    }
    if (work.phase === 'reverting' && before.work.phase !== 'reverting' && before.work.phase !== 'idle') {
      if (!sameRelease(active, before.active))
        this.faults.push(`a host goes back to what it came from: ${this.name} went back to something else`);
    }
  }

  private watch(): void {
    const { doubled } = this.agents;
    if (doubled !== undefined) this.faults.push(`no agent doubled: on ${this.name} ${doubled}`);
    this.agents.doubled = undefined;
  }

  private moment(): Moment {
    return { bootId: `boot-${this.boots}`, sinceBootMs: this.now - this.bootedAt, wall: '' };
  }
}

const orderOf = ({ fence, holder, rollout }: Command): Order => ({ fence, holder, rollout, by: 'test' });

function stagingOf({ release, state, reason }: NonNullable<AppState['staging']>): NonNullable<AppStatus['staging']> {
  const { digest, specDigest } = release;
  return { digest, specDigest, state, reason, bytesDone: 0, bytesTotal: 1 };
}
