/**
 * Supervises the agents of this host: one mailbox, one writer. Everything that happens becomes a turn; after each,
 * what should run is compared with what does, until nothing is left to do. Decides nothing itself: see agent/.
 */
import { redact } from '@outrider/shared/domain/redact.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AgentControl } from '../link/ports.js';
import { Board } from '../agent/board.js';
import { missingDependencies } from '../agent/dependency-gate.js';
import { type Examinee, examineeOf, type HealthAsk, testHealth } from './health-test.js';
import { drainHost } from './host-drain.js';
import { type InstanceRecord, readRecord } from './instance-record.js';
import { unrecordedProblems } from './kept-record.js';
import { pendingStatus, statusOf } from './instance-status.js';
import { gapOf, recoverSockets } from './kept-sockets.js';
import type { LiveInstance } from './live-instance.js';
import { Mailbox } from './mailbox.js';
import { PersonControl, type PersonControlParts } from './person-control.js';
import type { AgentSupervisor, Convergence, LocalCulprit, Target, TargetMode } from './ports.js';
import type { TargetHow } from './target-how.js';
import { StartQueue } from './start-queue.js';
import { Strays } from './strays.js';
import { SupervisedApp, viewOf } from './supervised-app.js';
import type { SupervisorParts } from './supervisor-parts.js';
import type { Surroundings } from './surroundings.js';

const CULPRIT_LINES = 20;

export class Supervisor implements AgentSupervisor, AgentControl {
  readonly #parts: SupervisorParts;
  readonly #around: Surroundings;
  readonly #apps = new Map<string, SupervisedApp>();
  readonly #mailbox = new Mailbox(
    () => this.#settle(),
    () => this.#notify(),
  );
  readonly #listeners = new Set<() => void>();
  readonly #personal: PersonControlParts;
  readonly #persons: PersonControl;
  /** The machine goes down. */
  #isEnding = false;
  /** Of the clock of `Instance`: of this machine's boot, steady while this sidecar runs. */
  readonly #offsetMs: number;
  readonly #touched = new Set<string>();
  readonly #strays: Strays;
  #changed = false;
  #notifying = false;
  /** The last lines of a culprit, as they were when it was blamed. */
  readonly #blamed = new Map<string, LocalCulprit>();

  /** Takes over at once what an earlier sidecar has left running. */
  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    this.#strays = new Strays(parts);
    this.#offsetMs = parts.clock.sinceBoot() - parts.clock.monotonic();
    this.#around = {
      parts,
      starts: new StartQueue(parts.clock, parts.maxStarting),
      at: () => this.#at(),
      turn: (work) => this.#mailbox.postSoon(work),
      changed: (live) => this.#touch(live.app),
      level: (live) => this.#apps.get(live.app)?.level(live.spec.name) ?? 0,
      strict: (live) => live.fresh && this.#apps.get(live.app)?.mode !== 'steady',
      shared: (live) => this.#shared(live),
      ending: () => this.#isEnding,
      followed: (live) => this.#apps.get(live.app)?.followed(live.spec) ?? {},
    };
    this.#personal = {
      apps: () => [...this.#apps.values()],
      turn: (work) => this.#mailbox.post(work),
      onChange: (listener) => this.onChange(listener),
      touch: (app) => this.#touch(app),
    };
    this.#persons = new PersonControl(this.#personal);
    this.#mailbox.post(() => this.#adoptAll());
  }

  setTarget(app: string, target: Target | undefined, mode: TargetMode, how: TargetHow = {}): void {
    this.#mailbox.post(() => {
      if (this.#isEnding) return;
      const supervised = this.#appOf(app);
      supervised.setTarget(target, mode, how.strategy);
      this.#strays.takeIn(supervised);
      if (how.urgent === true) supervised.killUnwanted();
      this.#blamed.delete(app);
      this.#touch(app);
    });
  }

  hold(app: string): void {
    this.#mailbox.post(() => this.#apps.get(app)?.hold());
  }

  /**
   * Because the machine goes down: stops everything within about `limitMs`, in reverse dependency order; from now on
   * nothing is started. Resolves with what still runs.
   */
  async drain(limitMs: number): Promise<readonly InstanceStatus[]> {
    this.#isEnding = true;
    for (const app of this.#apps.keys()) this.hold(app);
    await drainHost({ ...this.#personal, clock: this.#parts.clock }, limitMs);
    return this.instances().filter(({ pid }) => pid !== 0);
  }

  convergence(app: string): Convergence {
    const found = this.#apps.get(app);
    if (found === undefined) return { state: 'converged' };
    const judgement = found.judge();
    if (judgement.state === 'converged') return judgement;
    if (judgement.state === 'failed') return { state: 'failed', culprit: this.#blame(app, judgement.suspect) };
    const culprit = judgement.suspect && this.#blame(app, judgement.suspect);
    return { state: 'converging', waitingFor: judgement.waitingFor, ...(culprit === undefined ? {} : { culprit }) };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async control(
    app: string,
    agents: readonly string[],
    action: 'start' | 'stop' | 'restart',
    by: string,
  ): Promise<readonly InstanceStatus[]> {
    if (this.#isEnding && action !== 'stop') {
      throw new OutriderError('refused', 'This host is going down: its agents are being stopped.');
    }
    const concerned = await this.#persons.control(app, agents, action, by);
    return this.instances().filter((one) => concerned.some((it) => it.app === one.app && it.agents.has(one.agent)));
  }

  instances(): readonly InstanceStatus[] {
    const at = this.#at();
    const { host } = this.#parts.host;
    return [...this.#apps.values()].flatMap((app) => [
      ...app.slots.map((live) => statusOf(live, host, at, gapOf(this.#parts, live))),
      ...this.#pending(app),
    ]);
  }

  /** Runs checks now. */
  testHealth(ask: HealthAsk, signal: AbortSignal): Promise<readonly HealthResult[]> {
    const at = this.#at();
    const examinees = [...this.#apps.values()].flatMap((app): Examinee[] => [
      ...app.slots.map((live) => examineeOf(live, statusOf(live, this.#parts.host.host, at))),
      ...this.#pending(app).map((status) => ({ status, checks: [], askable: undefined })),
    ]);
    return testHealth(examinees, ask, this.#parts, signal);
  }

  /** Sentences for a person who has to mend something here. */
  problems(): readonly string[] {
    return unrecordedProblems([...this.#apps.values()].flatMap(({ slots }) => slots));
  }

  logFile(app: string, agent: string, instance: number): string | undefined {
    const known = this.#apps.get(app);
    const wanted = known?.wanted.some(({ name, replicas }) => name === agent && instance < replicas) === true;
    if (!wanted && (known?.find(agent, instance).length ?? 0) === 0) return undefined;
    return this.#parts.logs.path(app, agent, instance, 'active');
  }

  heard(incarnation: string, message: Parameters<AgentControl['heard']>[1]): void {
    this.#mailbox.post(() => this.#of(incarnation)?.heard(message));
  }

  extend(incarnation: string, ms: number): void {
    this.#mailbox.post(() => this.#of(incarnation)?.tell({ kind: 'extended', incarnation, ms }));
  }

  #at(): number {
    return this.#parts.clock.monotonic() + this.#offsetMs;
  }

  #appOf(name: string): SupervisedApp {
    const known = this.#apps.get(name);
    if (known !== undefined) return known;
    const app = new SupervisedApp(name, this.#around);
    this.#apps.set(name, app);
    return app;
  }

  #of(incarnation: string): LiveInstance | undefined {
    for (const app of this.#apps.values()) {
      const live = app.slots.find(({ instance }) => instance.incarnation === incarnation);
      if (live !== undefined) return live;
    }
    return undefined;
  }

  #touch(app: string): void {
    this.#touched.add(app);
    this.#changed = true;
  }

  /** Reconciles every app that was touched until nothing is left to do. */
  #settle(): void {
    for (const name of this.#touched) {
      this.#touched.delete(name);
      const app = this.#apps.get(name);
      while (app?.reconcile() === true);
      if (app?.isOver === true) this.#apps.delete(name);
    }
  }

  /** Outside of any turn: what a listener asks for is done when its call returns. */
  #notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    try {
      while (this.#changed) {
        this.#changed = false;
        for (const listener of [...this.#listeners]) listener();
      }
    } finally {
      this.#notifying = false;
    }
  }

  #adoptAll(): void {
    const restored: LiveInstance[] = [];
    const records: InstanceRecord[] = [];
    for (const { key, record } of this.#parts.records.load()) {
      const known = readRecord(record);
      if (known?.bootId === this.#parts.bootId) {
        records.push(known);
        restored.push(this.#appOf(known.app).restore({ ...known, key }));
      } else {
        if (known === undefined)
          this.#parts.warn(
            `The record ${key} is of a sidecar that this one does not understand, or was changed; it is kept.`,
          );
        else this.#parts.records.remove(key);
      }
    }
    // All of them before anything is started: what one instance has is no longer to be opened for another.
    for (const record of records) recoverSockets(this.#parts, record);
    for (const live of restored) live.adopt();
    for (const live of restored) {
      const gap = gapOf(this.#parts, live);
      if (gap !== undefined) this.#parts.warn(`${live.app}/${live.spec.name}: ${gap}.`);
    }
    const known = restored.map(({ instance }) => instance.incarnation);
    this.#parts.secrets.sweep(new Set([...known, ...this.#strays.look(known)]));
  }

  /** What a listener does while both run proves nothing about either of them. */
  #shared(live: LiveInstance): readonly string[] {
    if (live.addresses.length === 0) return [];
    const others = this.#apps.get(live.app)?.slots.filter((other) => other !== live) ?? [];
    const theirs = new Set(others.flatMap(({ addresses }) => addresses));
    return live.addresses.filter((address) => theirs.has(address));
  }

  #pending(app: SupervisedApp): InstanceStatus[] {
    const board = new Board(app.wanted, app.slots.map(viewOf));
    const place = { app: app.name, host: this.#parts.host.host };
    return app.wanted.flatMap((spec) => {
      const absent = Array.from({ length: spec.replicas }, (_, index) => index).filter(
        (index) => board.pair(spec.name, index).active === undefined,
      );
      if (absent.length === 0) return [];
      const missing = missingDependencies(spec, board);
      const reason = missing.length === 0 ? 'waits for what is being removed' : `waits for ${missing.join(', ')}`;
      const since = this.#parts.clock.now();
      const version = spec.release?.version ?? app.target?.spec.version ?? '';
      return absent.map((index) => pendingStatus({ ...place, version, index }, spec, since, reason));
    });
  }

  /** Of the wanted version alone: another may run beside it. Anybody may read them, so without what looks like a secret. */
  #lastLines(app: string, agent: string, index: number): readonly string[] {
    const known = this.#apps.get(app);
    const fingerprint = known?.wanted.find(({ name }) => name === agent)?.fingerprint;
    const live = known?.find(agent, index).find(({ spec }) => spec.fingerprint === fingerprint);
    return (live?.lastLines(CULPRIT_LINES) ?? []).map(redact);
  }

  #blame(
    app: string,
    suspect: { readonly agent: string; readonly index: number; readonly cause: string },
  ): LocalCulprit {
    const known = this.#blamed.get(app);
    if (known?.agent === suspect.agent && known.instance === suspect.index && known.cause === suspect.cause)
      return known;
    const { agent, index, cause } = suspect;
    const culprit: LocalCulprit = { agent, instance: index, cause, log: this.#lastLines(app, agent, index) };
    this.#blamed.set(app, culprit);
    return culprit;
  }
}
