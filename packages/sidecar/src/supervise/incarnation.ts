/**
 * One start of an instance and all that was opened for it: process, bus endpoint, notify socket, sockets, probes. Does what it is
 * told and tells what it sees; decides nothing.
 */
import type { Healthcheck, HostAgent, NodeSignal } from '@outrider/shared/domain/agent.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { spellingOf } from '@outrider/shared/runtime/listen.js';
import type { CheckHealth } from '../agent/check-health.js';
import { statusOfCheck } from '../agent/check-status.js';
import { type Health, isBusy, newHealth, noteOf, resumedHealth } from '../agent/health.js';
import type { HeldSocket, ProcessIdentity } from '../agent/identity.js';
import type { Instance } from '../agent/instance.js';
import type { Judged } from '../link/ports.js';
import type { Askable } from './ask-checks.js';
import type { Origin } from './instance-record.js';
import { type Launch, prepareLaunch } from './launch.js';
import { Notifications } from './notifications.js';
import { Parking, knownAfterMs } from './parking.js';
import type { Confinement, ProbeTarget, RunningProcess } from './ports.js';
import { ProbeLoop } from './probe-loop.js';
import type { SupervisorParts } from './supervisor-parts.js';
import type { Told } from './told.js';

export interface IncarnationOptions {
  readonly parts: SupervisorParts;
  readonly id: string;
  readonly app: string;
  readonly spec: HostAgent;
  readonly origin: Origin;
  readonly index: number;
  readonly logFile: string;
  /** In a turn of its own. */
  readonly tell: (told: Told) => void;
  /** There is something else to know of it while it is well. */
  readonly noted: () => void;
  /** Those of its `addresses` that another running instance has too. */
  readonly shared: () => readonly string[];
}

/** Nothing is to be set any more. */
const RUNS_ALREADY: Confinement = { noNewPrivileges: false };

export class Incarnation {
  readonly #options: IncarnationOptions;
  #launch: Launch | undefined;
  #identity: ProcessIdentity | undefined;
  #held: readonly HeldSocket[] = [];
  #loop: ProbeLoop | undefined;
  #parking: Parking | undefined;
  /** In its last beat. */
  #saidBusy = false;
  #isAdopted = false;
  readonly #said: Notifications;

  constructor(options: IncarnationOptions) {
    this.#options = options;
    const { parts, id, tell, noted } = options;
    this.#said = new Notifications({
      ...{ parts, incarnation: id, tell, noted },
      identity: () => this.#identity,
      loop: () => this.#loop,
    });
  }

  get id(): string {
    return this.#options.id;
  }
  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }
  /** Where it may listen. What it declares counts too: after a restart of the sidecar its sockets may not be held. */
  get addresses(): readonly string[] {
    const declared = this.agent.sockets.map(({ listen }) => spellingOf(listen));
    return [...new Set([...this.#held.map(({ address }) => address), ...declared])];
  }
  get health(): Health | undefined {
    return this.#loop?.health;
  }
  /** What its checks said last, or what keeps it from being frozen. */
  get detail(): string {
    return this.#parking?.why ?? this.#loop?.health.detail ?? '';
  }
  /** Undefined: its checks can't be asked. */
  get askable(): Askable | undefined {
    const health = this.#loop?.health;
    return health && { checks: this.agent.healthchecks, target: () => this.#target(), health };
  }
  /** What there is to know of it while it is well. */
  get note(): string {
    return this.#loop === undefined ? this.#said.status : noteOf(this.#loop.health, this.#said.status);
  }
  /** Filled in, once it was prepared. */
  get agent(): HostAgent {
    return this.#launch?.agent ?? this.#options.spec;
  }

  /** @throws what keeps it from starting, with a sentence; then nothing is left open but sockets */
  start(): void {
    const { parts, app, spec, id, logFile } = this.#options;
    try {
      const { agent, env, cwd, confinement } = this.#prepare();
      if (agent.sockets.length > 0) this.#held = parts.sockets.hold(app, spec.name, agent.sockets, confinement.user);
      const process = parts.processes.spawn({
        incarnation: id,
        command: agent.command,
        cwd,
        env: { ...env, ...this.#secretsFor(agent, confinement) },
        logFile,
        sockets: this.#held,
        confinement,
      });
      this.#identity = process.identity;
      this.#follow(process);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Takes over what an earlier sidecar started as this incarnation. False: its process is no more. */
  adopt(identity: ProcessIdentity): boolean {
    const { parts, app, spec } = this.#options;
    this.#identity = identity;
    this.#isAdopted = true;
    const process = parts.processes.adopt(identity);
    try {
      const { agent } = this.#prepare(RUNS_ALREADY);
      if (process !== undefined && agent.sockets.length > 0)
        this.#held = parts.sockets.recover(app, spec.name, agent.sockets, identity);
    } catch (error) {
      parts.warn(`Not all of ${app}/${spec.name} could be taken over: ${messageOf(error)}`);
    }
    if (process !== undefined) this.#follow(process);
    return process !== undefined;
  }

  signal(signal: NodeSignal | 'SIGCONT'): void {
    if (this.#identity === undefined) return;
    this.#options.parts.processes.signal(this.#identity, signal, this.id);
    // A process that is stopped would see it only when it goes on.
    this.#options.parts.processes.signal(this.#identity, 'SIGCONT');
  }

  /** Freezes it as soon as it has nothing in hand. */
  park(): void {
    const identity = this.#identity;
    if (identity === undefined) return;
    const { parts, id, tell } = this.#options;
    this.#parking = new Parking({
      clock: parts.clock,
      delayMs: this.#isAdopted ? knownAfterMs(this.agent.healthchecks) : 0,
      isBusy: () => this.#saidBusy || (this.#loop !== undefined && isBusy(this.#loop.health)),
      freeze: () => parts.processes.freeze(identity, id),
      thaw: () => parts.processes.thaw(identity, id),
      frozen: () => tell({ kind: 'froze', incarnation: id }),
    });
  }

  /** It runs again, or goes on running. */
  unpark(): void {
    if (this.#parking !== undefined) this.#parking.end();
    // An earlier sidecar has frozen it.
    else if (this.#identity !== undefined) this.#options.parts.processes.thaw(this.#identity, this.id);
    this.#parking = undefined;
  }

  killTree(): void {
    const gone = (stuck: readonly number[]): void =>
      this.#options.tell({ kind: 'treeGone', incarnation: this.id, stuck });
    const ended = this.#identity === undefined ? [] : this.#options.parts.processes.killTree(this.#identity, this.id);
    if (ended instanceof Promise) void ended.then(gone);
    else gone([]);
  }

  /** `instance`: as it is now, or was when it was taken over. */
  startProbes(instance: Instance): void {
    // Taken over without what it was started with: its checks can't be asked, which is no fault of the agent.
    if (this.#launch === undefined) return;
    const { parts, app, spec, tell } = this.#options;
    const checks = this.agent.healthchecks;
    const resumed =
      instance.state === 'ready' || instance.state === 'parked'
        ? 'ready'
        : instance.state === 'unhealthy'
          ? 'unready'
          : undefined;
    const health = resumed === undefined ? newHealth(checks) : resumedHealth(checks, resumed, parts.clock.monotonic());
    let verdict = health.verdict;
    const seconds = new Map<Healthcheck, number>();
    const place = { app, agent: spec.name, instance: this.#options.index };
    this.#loop = new ProbeLoop(
      {
        clock: parts.clock,
        probes: parts.probes,
        checks,
        target: () => this.#target(),
        asked: (check, result) => {
          seconds.set(check, result.seconds);
          parts.metrics.probed(app, spec.name, result.seconds, result.status === 'failed', this.id);
        },
        changed: (now) => {
          checks.forEach((check, index) => {
            const state = now.checks[index];
            if (state !== undefined) parts.metrics.judged(place, index, check, judgedAs(state, seconds.get(check)));
          });
          this.#said.note(noteOf(now, ''));
          if (now.verdict === verdict) return;
          verdict = now.verdict;
          const told = toldOf(now, this.id);
          if (told !== undefined) tell(told);
        },
      },
      health,
    );
    if (instance.state === 'starting' && instance.saidReady === true) this.#loop.notified('ready');
    if (instance.state === 'unhealthy' && instance.deadline !== undefined) this.#loop.notified('stopping');
  }

  stopProbes(): void {
    this.#loop?.stop();
    this.#loop = undefined;
  }

  heard(beat: { readonly seq?: number; readonly busy?: boolean }): void {
    this.#saidBusy = beat.busy ?? this.#saidBusy;
    this.#loop?.heard(beat);
  }

  /** Nothing of its process is left. */
  close(): void {
    const { bus, secrets } = this.#options.parts;
    this.stopProbes();
    this.#parking?.end();
    this.#said.close();
    bus.close(this.id);
    if (this.agent.secrets !== undefined) secrets.remove(this.id);
  }

  /** `otherwise`: where its user can't be looked up any more. */
  #confinement(otherwise: Confinement | undefined): Confinement {
    const { parts, spec } = this.#options;
    try {
      return parts.limits.confinementOf(spec);
    } catch (error) {
      if (otherwise === undefined) throw error;
      parts.warn(`The user of ${this.#options.app}/${spec.name} is not known any more: ${messageOf(error)}`);
      return otherwise;
    }
  }

  #secretsFor({ secrets = [] }: HostAgent, { user }: Confinement): Readonly<Record<string, string>> {
    const provided = this.#options.parts.secrets.provide(this.id, secrets, user);
    return provided === undefined ? {} : { ...provided.variables, OUTRIDER_SECRETS_DIR: provided.folder };
  }

  #prepare(otherwise?: Confinement): Launch {
    const { parts, app, spec, origin, index, id } = this.#options;
    const confinement = this.#confinement(otherwise);
    const bus = parts.bus.open({ app, agent: spec.name, instance: index, incarnation: id }, confinement.user);
    const notify = this.#said.open(confinement.user);
    this.#launch = prepareLaunch(parts, { app, spec, origin, index, incarnation: id, bus, notify }, confinement);
    return this.#launch;
  }

  #follow(process: RunningProcess): void {
    void process.ended.then((status) => this.#options.tell({ kind: 'exited', incarnation: this.id, status }));
  }

  #target(): ProbeTarget {
    return {
      identity: this.#identity ?? { pid: 0, startTicks: 0, bootId: '' },
      incarnation: this.id,
      shared: this.#options.shared(),
      env: this.#launch?.env ?? {},
      cwd: this.#launch?.cwd ?? this.#options.origin.tree,
      ...(this.#launch?.confinement.user === undefined ? {} : { user: this.#launch.confinement.user }),
    };
  }
}

const judgedAs = (state: CheckHealth, seconds: number | undefined): Judged => ({
  ...{ status: statusOfCheck(state), reason: state.detail },
  ...(seconds === undefined ? {} : { seconds }),
});

function toldOf(health: Health, incarnation: string): Told | undefined {
  switch (health.verdict) {
    case 'starting':
      return undefined;
    case 'ready':
      return { kind: 'becameReady', incarnation };
    case 'unready':
      return { kind: 'becameUnready', incarnation, detail: health.detail };
    case 'dead':
      return { kind: 'becameDead', incarnation, detail: health.detail, cause: health.cause ?? 'probe' };
  }
}
