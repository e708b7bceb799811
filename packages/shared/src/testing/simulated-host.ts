/**
 * A model of one host and one app: the rules of the host switch without processes, disks or network. It does
 * no work by itself: `work` and `advance` move it on, so that a test decides when everything happens.
 */
import {
  compareFences,
  type AppStatus,
  type Culprit,
  type Fence,
  type HostStatus,
  type Outcome,
} from '../domain/host.js';
import { type ReleaseRef, sameRelease } from '../domain/release.js';
import { OutriderError } from '../runtime/errors.js';

/** What becomes of a release on this host. */
export type Fate = 'good' | 'unfetchable' | 'fails' | 'fails_on_trial' | 'never_well';

export interface SimulatedCommand {
  readonly app: string;
  readonly fence: Fence;
  readonly holder: string;
  readonly rollout: string;
}

export interface SimulatedRenewal {
  readonly epoch: number;
  readonly holder: string;
  readonly rollout: string;
  readonly confirmWithinMs: number;
}

type Phase = 'idle' | 'switching' | 'trial' | 'reverting';

export class SimulatedHost {
  readonly bootId = 'boot';
  active: ReleaseRef | undefined;
  previous: ReleaseRef | undefined;
  candidate: ReleaseRef | undefined;
  phase: Phase = 'idle';
  epoch = 0;
  private epochHolder = '';
  private fence: Fence | undefined;
  private rollout: string | undefined;
  private record: string | undefined;
  private outcome: Outcome | undefined;
  private staging: AppStatus['staging'];
  private readonly staged: ReleaseRef[] = [];
  private readonly failed: ReleaseRef[] = [];
  private leaseMs = 0;
  private leaseUntil = 0;
  private now = 0;

  constructor(
    readonly name: string,
    readonly app: string,
    private readonly fateOf: (release: ReleaseRef) => Fate,
    private readonly changed: () => void = () => undefined,
  ) {}

  /** As if it had been committed there before. */
  install(release: ReleaseRef): void {
    this.active = release;
    this.staged.push(release);
  }

  /** One step of whatever is under way. */
  work(): void {
    if (this.staging?.state === 'running') this.fetch(this.staging);
    else if (this.phase === 'switching') this.finishSwitch();
    else if (this.phase === 'trial') this.prove();
    else if (this.phase === 'reverting' && this.isWell(this.active)) this.settle();
    this.changed();
  }

  /** Lets time pass; a lease that is over ends the trial. */
  advance(now: number): void {
    this.now = now;
    if (this.phase === 'trial' && now >= this.leaseUntil) this.goBack('its lease was not renewed');
  }

  /** The power was cut: what was on trial is not tried again. */
  reboot(): void {
    if (this.phase === 'switching' || this.phase === 'trial') this.goBack('the host was started anew');
  }

  bindEpoch(epoch: number, holder: string): HostStatus {
    this.checkEpoch(epoch, holder);
    return this.status();
  }

  stage(command: SimulatedCommand, { release }: { readonly release: ReleaseRef }): AppStatus {
    return this.obey(command, () => {
      const { digest, specDigest } = release;
      this.staging = { digest, specDigest, state: 'running', reason: '', bytesDone: 0, bytesTotal: 1 };
      this.fetching = release;
    });
  }

  switchTo(command: SimulatedCommand, release: ReleaseRef, confirmWithinMs: number, record: string): AppStatus {
    return this.obey(command, () => {
      if (!this.staged.some((other) => sameRelease(other, release))) throw refusal(`${release.version} is not staged`);
      if (confirmWithinMs === 0) this.switchAtOnce(release);
      else this.beginSwitch(release, confirmWithinMs);
      this.record = record;
    });
  }

  renew({ epoch, holder, rollout, confirmWithinMs }: SimulatedRenewal): AppStatus {
    this.checkEpoch(epoch, holder);
    if (rollout !== this.rollout || (this.phase !== 'trial' && this.phase !== 'switching'))
      throw refusal('nothing on trial');
    this.leaseMs = confirmWithinMs;
    this.leaseUntil = this.now + confirmWithinMs;
    return this.appStatus();
  }

  commit(command: SimulatedCommand): AppStatus {
    return this.obey(command, () => {
      if (this.outcome?.rollout === command.rollout && this.outcome.result === 'committed') return;
      if (this.phase !== 'trial' || this.rollout !== command.rollout) throw refusal('nothing is on trial');
      this.previous = this.active;
      this.active = this.candidate;
      this.candidate = undefined;
      this.phase = 'idle';
      this.outcome = { rollout: command.rollout, result: 'committed', reason: '' };
    });
  }

  revert(command: SimulatedCommand, reason: string): AppStatus {
    return this.obey(command, () => {
      if (this.phase === 'switching' || this.phase === 'trial') this.goBack(reason);
    });
  }

  status(): HostStatus {
    return {
      ...{ host: this.name, address: '127.0.0.1', environment: 'local', labels: {}, bootId: this.bootId },
      sidecar: { pid: 1, version: '0', startedAt: '' },
      ...{ epoch: this.epoch, epochHolder: this.epochHolder },
      apps: this.fence === undefined && this.active === undefined ? [] : [this.appStatus()],
      instances: [],
      system: { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 },
    };
  }

  appStatus(): AppStatus {
    const { active, previous, candidate, fence, rollout, record, outcome, staging, phase } = this;
    const underWay = phase === 'switching' || phase === 'trial';
    return {
      ...{ app: this.app, waitingFor: '', agents: [] },
      phase: phase === 'idle' && staging?.state === 'running' ? 'staging' : phase,
      converged: phase === 'switching' || phase === 'reverting' ? false : this.isWell(candidate ?? active),
      ...(active === undefined ? {} : { active }),
      ...(previous === undefined ? {} : { previous }),
      ...(candidate === undefined ? {} : { candidate }),
      ...(fence === undefined ? {} : { fence }),
      ...(rollout === undefined ? {} : { rollout }),
      ...(underWay && record !== undefined ? { rolloutRecord: record } : {}),
      ...(outcome === undefined ? {} : { outcome }),
      ...(phase === 'reverting' && !this.isWell(active)
        ? { stuckOn: { host: this.name, agent: 'vision', cause: 'never gets well', log: [] } }
        : {}),
      ...(staging === undefined ? {} : { staging }),
    };
  }

  private fetching: ReleaseRef | undefined;

  private fetch(staging: NonNullable<AppStatus['staging']>): void {
    const { fetching } = this;
    if (fetching === undefined || this.fateOf(fetching) === 'unfetchable') {
      this.staging = { ...staging, state: 'failed', reason: 'a file is missing' };
      return;
    }
    this.staged.push(fetching);
    this.staging = { ...staging, state: 'done', bytesDone: 1 };
  }

  private beginSwitch(release: ReleaseRef, confirmWithinMs: number): void {
    if (this.phase !== 'idle') throw refusal(`it is ${this.phase}`);
    this.candidate = release;
    this.phase = 'switching';
    this.leaseMs = confirmWithinMs;
    this.outcome = undefined;
  }

  private switchAtOnce(release: ReleaseRef): void {
    if (this.phase !== 'idle' && this.phase !== 'reverting') throw refusal(`it is ${this.phase}`);
    if (this.failed.some((other) => sameRelease(other, release))) throw refusal(`${release.version} has failed here`);
    if (!sameRelease(this.active, release)) this.previous = this.active;
    this.active = release;
    this.phase = 'reverting';
    this.outcome = undefined;
  }

  private finishSwitch(): void {
    if (this.candidate !== undefined && this.fateOf(this.candidate) === 'fails') {
      this.failAgent('exited with code 1');
      return;
    }
    this.phase = 'trial';
    this.leaseUntil = this.now + this.leaseMs;
  }

  private prove(): void {
    if (this.candidate !== undefined && this.fateOf(this.candidate) === 'fails_on_trial') this.failAgent('went bad');
  }

  private failAgent(cause: string): void {
    if (this.candidate !== undefined) this.failed.push(this.candidate);
    this.goBack(cause, { host: this.name, agent: 'vision', cause, log: [] });
  }

  private goBack(reason: string, culprit?: Culprit): void {
    this.candidate = undefined;
    this.phase = 'reverting';
    const rollout = this.rollout ?? '';
    this.outcome = { rollout, result: 'reverted', reason, ...(culprit === undefined ? {} : { culprit }) };
    this.changed();
  }

  private settle(): void {
    this.phase = 'idle';
  }

  private isWell(release: ReleaseRef | undefined): boolean {
    return release === undefined || this.fateOf(release) !== 'never_well';
  }

  private obey(command: SimulatedCommand, act: () => void): AppStatus {
    this.checkEpoch(command.fence.epoch, command.holder);
    const { fence } = this;
    const order = fence === undefined ? 1 : compareFences(command.fence, fence);
    if (order < 0) throw refusal('the command comes too late');
    const repeated = fence?.rollout === command.fence.rollout && fence.step === command.fence.step;
    if (!repeated) act();
    this.fence = command.fence;
    this.rollout = command.rollout;
    this.changed();
    return this.appStatus();
  }

  private checkEpoch(epoch: number, holder: string): void {
    if (epoch < this.epoch || (epoch === this.epoch && holder !== this.epochHolder && this.epochHolder !== '')) {
      throw refusal(`epoch ${epoch} is not above ${this.epoch} of ${this.epochHolder}`);
    }
    this.epoch = epoch;
    this.epochHolder = holder;
  }
}

const refusal = (why: string): OutriderError => new OutriderError('refused', why);
