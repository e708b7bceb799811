/**
 * The real engine over hosts that decide as real ones do, a store in memory and a clock that is moved by hand.
 * Leaders die at boundaries, fall asleep and wake up fenced; calls are lost before or after they were done, Redis
 * goes away or forgets everything.
 */
import { RolloutEngine } from '@outrider/coordinator/engine/engine.js';
import type { Boundary } from '@outrider/coordinator/engine/boundary.js';
import { LEASE_TIMES, type LeaseTimes } from '@outrider/coordinator/engine/lease-times.js';
import type {
  Fleet,
  FleetHost,
  GateSources,
  HookPorts,
  HostCommands,
  Releases,
} from '@outrider/coordinator/engine/ports.js';
import { MemoryEventLog } from '@outrider/coordinator/store/memory-events.js';
import { MemoryStore } from '@outrider/coordinator/store/memory-store.js';
import type { RollbackAsk, RolloutAsk } from '@outrider/coordinator/api/ports.js';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import type { HostSpec, Release } from '@outrider/shared/domain/release.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { joinedApps } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { ManualClock, settled } from '@outrider/shared/testing/manual-clock.js';
import { type Chance, chanceOf } from './chance.js';
import type { Fate } from './host-agents.js';
import { HookHost } from './hook-host.js';
import { RealHost } from './real-host.js';
import { APP, LIMITS, T } from './rollout-world.js';

const NEVER = new Promise<never>(() => undefined);
const away = (what: string): OutriderError => new OutriderError('unavailable', `${what} does not answer.`);

const NO_SOURCES: GateSources = {
  samples: () => Promise.reject(away('the host')),
  promql: () => Promise.reject(away('Prometheus')),
  exec: () => Promise.reject(away('the program')),
  webhook: () => Promise.reject(away('the webhook')),
};

interface Life {
  dead: boolean;
  /** While it sleeps: what it does next, once it wakes up. */
  asleep?: (() => void)[] | undefined;
}

export class EngineWorld {
  readonly clock = new ManualClock();
  readonly events = new MemoryEventLog();
  readonly store = new MemoryStore(
    () => this.clock.monotonic(),
    (added) => this.events.add(added),
  );
  /** One for each app of each host. */
  readonly hosts: readonly RealHost[];
  readonly bugs: unknown[] = [];
  readonly cut = new Set<string>();
  engine!: RolloutEngine;
  redisAway = false;
  /** Of the wall clock of leaders, against the clocks of the hosts. */
  skew = 0;
  leaders = 0;
  mostSwitching = 0;
  /** Of calls, each way; 0: none is lost. */
  loss = 0;
  /** Which calls to the store get no answer: lost on the way to it, or on the way back. */
  lostCall: (name: string) => 'there' | 'back' | undefined = () => undefined;
  /** What gates hear, and of which release. */
  gates: GateSources = NO_SOURCES;
  gateSpecs: readonly GateSpec[] = [];
  hookSpecs: readonly HookSpec[] = [];
  readonly hookHosts: readonly HookHost[];
  private readonly listeners = new Set<(host: FleetHost) => void>();
  private readonly lostAt = new Map<string, number>();
  private life: Life = { dead: false };
  times: LeaseTimes = LEASE_TIMES;
  private readonly lives: { readonly life: Life; readonly engine: RolloutEngine }[] = [];

  constructor(
    private readonly chance: Chance,
    private readonly names: readonly string[],
    readonly fateOf: (host: string, version: string, app: string) => Fate,
    installed?: string,
    readonly apps: readonly string[] = [APP],
  ) {
    // Programs take their moves by a chance of their own: what is told without hooks is told as ever.
    this.hookHosts = names.map((name) => new HookHost(name, chanceOf(names.length), () => 'good'));
    this.hosts = names.flatMap((name) =>
      apps.map((app) => {
        const host: RealHost = new RealHost(name, app, {
          fateOf: (release) => this.fateOf(name, release.version, app),
          changed: () => this.said(name),
        });
        if (installed !== undefined && installed !== '') host.install(this.refOn(name, installed, app));
        return host;
      }),
    );
  }

  /** A coordinator is started. */
  async lead(boundary?: (die: () => void) => Boundary): Promise<void> {
    const life: Life = { dead: false };
    this.life = life;
    this.leaders += 1;
    const die = (): void => {
      life.dead = true;
    };
    const hook = boundary?.(die);
    this.engine = new RolloutEngine({
      environment: 'test',
      holder: `leader-${this.leaders}`,
      leases: this.guarded(life, this.store),
      store: this.guarded(life, this.store),
      specs: this.guarded(life, this.store),
      fleet: this.fleetFor(life),
      releases: this.releases(),
      clock: this.clockFor(life),
      times: this.times,
      reserved: [],
      resolve: ({ spec: { app }, host, version }) => ({ spec: this.specOf(host.name, version, app), problems: [] }),
      resolveGates: ({ spec }) => ({ gates: spec.gates ?? [], problems: [] }),
      resolveHooks: () => ({ hooks: this.hookSpecs, problems: [] }),
      hooks: this.hooksFor(life),
      gates: this.gates,
      tell: (event) => this.events.append([event]),
      onBug: (error) => this.bugs.push(error),
      limits: LIMITS,
      boundary: async (name) => {
        await hook?.(name);
        await this.pass(life);
      },
    });
    this.lives.push({ life, engine: this.engine });
    await this.engine.open();
    await settled();
  }

  /** Whoever holds the lease now; nobody: who came last. */
  get leader(): RolloutEngine {
    const living = this.lives.filter(({ life }) => !life.dead && life.asleep === undefined);
    return living.find(({ engine }) => engine.leadership().isLeader)?.engine ?? this.engine;
  }

  get isDead(): boolean {
    return this.life.dead;
  }

  die(): void {
    this.life.dead = true;
  }

  /** The leader is kept from running, in the middle of whatever it does; another one can be made meanwhile. */
  sleep(): () => void {
    const { life } = this;
    const waiting: (() => void)[] = (life.asleep ??= []);
    return () => {
      life.asleep = undefined;
      for (const go of waiting.splice(0)) go();
    };
  }

  /** Where a leader may be stopped: dead for good, or until it wakes up. */
  private async pass(life: Life): Promise<void> {
    const { asleep } = life;
    if (asleep !== undefined) await new Promise<void>((resolve) => asleep.push(resolve));
    if (life.dead) await NEVER;
  }

  ask(patch: Partial<RolloutAsk> = {}): RolloutAsk {
    return {
      ...{
        app: joinedApps(this.apps),
        version: '2.0.0',
        hosts: [],
        bakeMs: 3_000,
        confirmWithinMs: T,
        commit: 'together',
      },
      ...{ strategy: 'rolling', autoPromote: false, onFailure: 'rollback', labels: {}, orderBy: '', supersede: false },
      ...{ skipDown: false, by: 'somebody', requestId: '' },
      ...patch,
    };
  }

  askBack(patch: Partial<RollbackAsk> = {}): RollbackAsk {
    return {
      app: joinedApps(this.apps),
      to: '',
      hosts: [],
      strategy: 'graceful',
      bakeMs: 0,
      by: 'me',
      requestId: '',
      ...patch,
    };
  }

  /** A call to the engine, while the clock goes on. */
  async call<R>(promise: Promise<R>): Promise<R> {
    let open = true;
    const done = promise.finally(() => (open = false));
    done.catch(() => undefined);
    const isOpen = (): boolean => open;
    for (let step = 0; step < 500 && isOpen(); step++) await this.step(100);
    if (isOpen()) throw new Error('What was asked for 50 s ago has no answer.');
    return done;
  }

  async step(ms: number): Promise<void> {
    await this.clock.advance(ms);
    for (const host of this.hosts) {
      host.advance(this.clock.monotonic());
      host.work();
    }
    for (const host of this.hookHosts) host.work();
    const switching = new Set(this.hosts.filter(({ phase }) => phase === 'switching').map(({ name }) => name));
    this.mostSwitching = Math.max(this.mostSwitching, switching.size);
    this.watchLiveness();
    await settled();
  }

  /** Until the rollout has ended; undefined where it does not. A dead leader is followed by another. */
  async finish(id: string): Promise<Rollout | undefined> {
    for (let step = 0; step < 2_000; step++) {
      if (this.isDead) await this.lead();
      await this.step(250);
      const rollout = (await this.store.load(id))?.rollout;
      if (rollout !== undefined && hasEnded(rollout.phase)) return rollout;
    }
    return undefined;
  }

  /** What hosts were at is done, what nobody renews has run out. */
  async settle(): Promise<void> {
    for (let step = 0; step < 80; step++) await this.step(500);
  }

  setCut(name: string, cut: boolean): void {
    if (cut) this.cut.add(name);
    else this.cut.delete(name);
    if (cut) this.lostAt.set(name, this.clock.monotonic());
    else this.lostAt.delete(name);
    this.said(name);
  }

  private said(name: string): void {
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(this.view(name));
    });
  }

  private readonly told = new Map<string, string>();

  /** Suspect becomes down without a word from the host. */
  private watchLiveness(): void {
    for (const name of this.names) {
      const { state } = this.view(name);
      if (this.told.get(name) !== state) this.said(name);
      this.told.set(name, state);
    }
  }

  private readonly lastKnown = new Map<string, FleetHost['status']>();

  private view(name: string): FleetHost {
    const lost = this.lostAt.get(name);
    const state = lost === undefined ? 'up' : this.clock.monotonic() - lost > 5_000 ? 'down' : 'suspect';
    if (lost === undefined) this.lastKnown.set(name, this.statusOf(name));
    const status = this.lastKnown.get(name);
    const place = { name, address: '127.0.0.1', endpoint: `${name}:1`, labels: {}, state } as const;
    return status === undefined ? place : { ...place, status };
  }

  /** What its apps say, as the one host that they are on. */
  private statusOf(name: string): HostStatus | undefined {
    const [first, ...others] = this.on(name).map((place) => place.status());
    if (first === undefined) return undefined;
    return { ...first, apps: [first, ...others].flatMap(({ apps }) => apps) };
  }

  /** The places of a host, one for each app. */
  on(name: string): readonly RealHost[] {
    return this.hosts.filter((place) => place.name === name);
  }

  at(name: string, app: string): RealHost | undefined {
    return this.on(name).find((place) => place.app === app);
  }

  /** By the hosts' own decisions; a call over HTTP always arrives. */
  private hooksFor(life: Life): HookPorts {
    return {
      command: async (host, ask, { epoch, holder }) => {
        await this.commandsTo(host, life).bindEpoch(epoch, holder);
        const answer = this.hookHosts.find(({ name }) => name === host)?.ask(ask);
        if (answer === undefined || this.chance() < this.loss) throw away(host);
        return answer;
      },
      webhook: async () => ({ state: 'done', reason: '', log: [] }),
    };
  }

  private fleetFor(life: Life): Fleet {
    return {
      hosts: () => this.names.map((name) => this.view(name)),
      host: (name) => (this.names.includes(name) ? this.view(name) : undefined),
      onChange: (listener) => {
        const living = (host: FleetHost): void => {
          if (!life.dead && life.asleep === undefined) listener(host);
        };
        this.listeners.add(living);
        return () => this.listeners.delete(living);
      },
      commands: (name) => this.commandsTo(name, life),
    };
  }

  private commandsTo(name: string, life: Life): HostCommands {
    const at = (app: string): RealHost => this.at(name, app)!;
    const call = async <R>(act: () => R): Promise<R> => {
      await settled();
      await this.pass(life);
      if (this.cut.has(name) || this.chance() < this.loss) throw away(name);
      const answer = act();
      this.said(name);
      await settled();
      await this.pass(life);
      if (this.chance() < this.loss) throw away(name);
      return structuredClone(answer);
    };
    return {
      bindEpoch: (epoch, holder) =>
        call(() => {
          for (const place of this.on(name)) place.bindEpoch(epoch, holder);
          return this.statusOf(name)!;
        }),
      stage: (command, source) => call(() => at(command.app).stage(command, source)),
      switchTo: (command, release, within, record) =>
        call(() => at(command.app).switchTo(command, release, within, record)),
      renew: (renewal) => call(() => at(renewal.app).renew(renewal)),
      commit: (command) => call(() => at(command.app).commit(command)),
      revert: (command, reason) => call(() => at(command.app).revert(command, reason)),
    };
  }

  /** The store as a leader sees it: gone with the leader's life, away with Redis, sometimes silent after the deed. */
  private guarded<S extends object>(life: Life, store: S): S {
    return new Proxy(store, {
      get: (target, key) => {
        const member = Reflect.get(target, key) as unknown;
        if (typeof member !== 'function') return member;
        return async (...given: readonly unknown[]) => {
          await settled();
          await this.pass(life);
          const lost = this.lostCall(String(key));
          if (this.redisAway || lost === 'there') throw away('Redis');
          const answer: unknown = await (member as (...all: readonly unknown[]) => unknown).apply(target, [...given]);
          await this.pass(life);
          if (lost === 'back' || this.chance() < this.loss / 4) throw away('Redis');
          return answer;
        };
      },
    });
  }

  private clockFor(life: Life): Clock {
    const { clock } = this;
    return {
      now: () => clock.now() + this.skew,
      monotonic: () => clock.monotonic(),
      sinceBoot: () => clock.sinceBoot(),
      after: (ms: number, callback: () => void) =>
        clock.after(ms, () => {
          if (life.asleep !== undefined) life.asleep.push(callback);
          else if (!life.dead) callback();
        }),
    };
  }

  private releases(): Releases {
    const known: readonly Release[] = ['1.0.0', '2.0.0', '3.0.0'].flatMap((version) =>
      this.apps.map((app) => ({
        ...{ app, version, digest: contentOf(version, app), files: 0, bytes: 0, pushedAt: '', by: 'test' },
      })),
    );
    const appOf = (digest: string): string => known.find((release) => release.digest === digest)?.app ?? APP;
    const manifest = { app: APP, entries: [] };
    return {
      find: async (app, version) => known.find((release) => release.app === app && release.version === version),
      list: async (app) => known.filter((release) => app === undefined || release.app === app),
      manifest: async () => ({ manifest, bytes: new TextEncoder().encode(canonicalJson(manifest)) }),
      spec: async (digest) => ({ app: appOf(digest), agents: [], gates: this.gateSpecs }),
    };
  }

  specOf(host: string, version: string, app: string = APP): HostSpec {
    const agent: HostAgent = {
      ...{ name: 'vision', command: ['true'], hosts: [], replicas: 1, environment: {}, workingDir: '.' },
      ...{ dependsOn: [], files: [], healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM' },
      ...{ stopGraceMs: 1, order: 'stop-first', parallelism: 1, sockets: [], fingerprint: version },
    };
    const agents = version === 'none' ? [] : [agent];
    return { app, version, digest: contentOf(version, app), environment: 'test', host, hosts: {}, agents };
  }

  refOn(host: string, version: string, app: string = APP): Rollout['hosts'][number]['to'] {
    return { version, digest: contentOf(version, app), specDigest: digestOf(this.specOf(host, version, app)) };
  }
}

const contentOf = (version: string, app: string): string => digestOf(app === APP ? version : `${app} ${version}`);
