/** What a leader does for as long as it leads: recover, feed reports to rollouts, renew trials, give commands. */
import type { AppStatus } from '@outrider/shared/domain/host.js';
import { hasEnded, type Rollout, type RolloutHost } from '@outrider/shared/domain/rollout.js';
import { entriesOn, entryAt, hostOf, placeOf } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { SteadyClock } from '@outrider/shared/runtime/steady-clock.js';
import type { Limits } from '../rollout/decision.js';
import { toldAnew } from '../rollout/told-anew.js';
import type { Boundary } from './boundary.js';
import { Deliveries } from './delivery.js';
import { GateWatch, type GateWatchOptions } from './gate-watch.js';
import { HookWatch, type HookWatchOptions } from './hook-watch.js';
import { LostRollouts } from './lost-rollouts.js';
import { isOutOfReach } from './out-of-reach.js';
import { perform } from './perform.js';
import type { Effect, Fleet, FleetHost, Releases, RolloutStore, SpecStore, StoredRollout } from './ports.js';
import { Renewals } from './renewals.js';
import { RolloutRun } from './rollout-run.js';
import type { Term } from './term.js';

export interface ReignOptions extends Pick<GateWatchOptions, 'gates' | 'gateSampled'>, Pick<HookWatchOptions, 'hooks'> {
  readonly store: RolloutStore;
  readonly specs: SpecStore;
  readonly fleet: Fleet;
  readonly releases: Releases;
  /** Goes by the wall clock while no rollout is under way. */
  readonly clock: SteadyClock;
  readonly boundary: Boundary;
  readonly limits: Limits;
  readonly onBug: (error: unknown) => void;
}

/** How often leases are looked after, in milliseconds, and how many of these make a look at everything else. */
const BEAT_MS = 250;
const BEATS_PER_ROUND = 4;

export class Reign {
  readonly runs = new Map<string, RolloutRun>();
  /** Resolves once what was under way has been taken over. */
  readonly ready: Promise<void>;
  private isReady = false;
  private readonly deliveries: Deliveries;
  private readonly renewals: Renewals;
  private readonly lost: LostRollouts;
  private readonly gates: GateWatch;
  private readonly hooks: HookWatch;
  private readonly silentSince = new Map<string, number>();
  private readonly endWatch: () => void;
  private cancelBeat: () => void = () => undefined;
  private beats = 0;
  /** Under way in the store, and unknown here, when it was looked at last. */
  private strangers: ReadonlySet<string> = new Set();

  /** `remembered`: rollouts that this process saw under way before it lost the last lease. */
  constructor(
    readonly term: Term,
    private readonly options: ReignOptions,
    remembered: readonly StoredRollout[],
  ) {
    const { fleet, store, clock, boundary } = options;
    this.renewals = new Renewals(fleet, clock);
    this.deliveries = new Deliveries({
      ...{ fleet, store, clock, boundary },
      perform: (effect) => this.perform(effect),
      refused: (effect, reason) => this.refused(effect, reason),
    });
    this.lost = new LostRollouts({ store, fleet, term, limits: options.limits, now: () => clock.now() });
    this.gates = new GateWatch(options, term.ended);
    this.hooks = new HookWatch(options, term);
    this.endWatch = fleet.onChange((host) => this.heard(host));
    term.ended.addEventListener('abort', () => this.end(), { once: true });
    this.ready = this.takeOver(remembered).catch(options.onBug);
    this.beat();
  }

  get hasTakenOver(): boolean {
    return this.isReady;
  }

  get limits(): Limits {
    return this.options.limits;
  }

  /** A rollout that is new or was taken over: from now on it is this leader's. */
  adopt(stored: StoredRollout): RolloutRun {
    const run = new RolloutRun(stored, this.term, {
      ...this.options,
      deliver: (effect, term) => this.deliveries.deliver(effect, term),
      changed: (changed, before) => this.changed(changed, before),
      unwritten: (unwritten) => this.forget(unwritten),
    });
    this.runs.set(stored.rollout.id, run);
    return run;
  }

  private forget(run: RolloutRun): void {
    run.close();
    this.runs.delete(run.rollout.id);
  }

  /** Again and again while Redis is away. */
  private async takeOver(remembered: readonly StoredRollout[]): Promise<void> {
    while (this.term.isLive() && !this.isReady) {
      try {
        await this.recover(remembered);
      } catch (error) {
        if (!(error instanceof OutriderError)) throw error;
        for (const run of this.runs.values()) this.forget(run);
        await new Promise<void>((resolve) => this.options.clock.after(BEAT_MS, resolve));
      }
    }
  }

  private async recover(remembered: readonly StoredRollout[]): Promise<void> {
    const { fleet, store, clock } = this.options;
    for (const host of fleet.hosts()) if (host.state !== 'up') this.silentSince.set(host.name, clock.monotonic());
    await Promise.allSettled(fleet.hosts().flatMap((host) => (host.state === 'up' ? [this.term.bind(host.name)] : [])));
    const [underWay, outbox] = await Promise.all([store.underWay(), store.outbox()]);
    if (!this.term.isLive()) return;
    for (const stored of underWay) this.adopt(stored);
    for (const effect of outbox) {
      const run = this.runs.get(rolloutOf(effect));
      if (run === undefined) await store.acknowledge(this.term.lease, effect);
      else run.redeliver(effect);
    }
    for (const memory of remembered) await this.remind(memory);
    for (const run of this.runs.values()) {
      const silent = run.rollout.hosts.filter((entry) => !this.term.isBound(hostOf(entry))).map(({ host }) => host);
      if (run.rollout.kind === 'rollout') await run.countAsTouched(silent);
    }
    this.isReady = true;
    for (const run of this.runs.values()) run.scheduleTick();
    for (const host of fleet.hosts()) this.heard(host);
  }

  /** What this process decided may be newer than what the store holds after it lost writes. */
  private async remind({ rollout, revision }: StoredRollout): Promise<void> {
    const stored = await this.options.store.load(rollout.id);
    if (stored === undefined) {
      const decision = this.lost.decisionOn(rollout);
      const run = this.adopt({ rollout, revision: 0 });
      await run.open(decision).catch(() => undefined);
    } else if (stored.revision < revision) {
      await this.runs.get(rollout.id)?.takeBack(rollout.steps);
    }
  }

  private heard(host: FleetHost): void {
    const { clock } = this.options;
    if (host.state === 'up') {
      this.silentSince.delete(host.name);
    } else {
      if (!this.silentSince.has(host.name)) this.silentSince.set(host.name, clock.monotonic());
      if (isOutOfReach(host)) this.term.unbind(host.name);
      return;
    }
    if (!this.isReady || !this.term.isLive()) return;
    if (host.status !== undefined) this.term.checkEpoch(host.status);
    if (this.term.isBound(host.name)) {
      this.report(host);
      return;
    }
    this.term.bind(host.name).then(
      () => {
        const now = this.options.fleet.host(host.name);
        if (now !== undefined) this.report(now);
      },
      // It is asked again with its next word, and at each round.
      () => undefined,
    );
  }

  private report(host: FleetHost): void {
    const { status } = host;
    if (status === undefined || !this.term.isLive()) return;
    const at = this.options.clock.now();
    for (const run of this.runs.values()) {
      for (const entry of entriesOn(run.rollout, host.name)) {
        const { app } = placeOf(run.rollout, entry);
        const found = status.apps.find((candidate) => candidate.app === app);
        run.tell({ kind: 'report', host: entry.host, status: found ?? 'gone', ...steadinessOf(host), at });
      }
    }
    for (const app of status.apps) this.lookForLost(host.name, app);
  }

  private lookForLost(host: string, app: AppStatus): void {
    this.lost
      .find(host, app, this.runs, (stored) => this.adopt(stored))
      .catch((error: unknown) => this.options.onBug(error));
  }

  private beat(): void {
    if (!this.term.isLive()) return;
    const rollouts = [...this.runs.values()].map((run) => run.rollout);
    if (rollouts.length === 0) this.options.clock.settle();
    this.renewals.renew(rollouts, this.term);
    if (this.isReady) {
      this.gates.beat(this.runs.values());
      this.hooks.beat(this.runs.values());
    }
    this.beats += 1;
    if (this.isReady && this.beats % BEATS_PER_ROUND === 0) this.round();
    this.cancelBeat = this.options.clock.after(BEAT_MS, () => this.beat());
  }

  private round(): void {
    const { fleet, clock } = this.options;
    for (const run of this.runs.values()) {
      if (run.isDoubtful) void run.reload().catch(() => undefined);
      void this.compare(run).catch(() => undefined);
    }
    void this.lookForStrangers().catch(() => undefined);
    const at = clock.now();
    for (const host of fleet.hosts()) {
      if (host.state === 'up' && !this.term.isBound(host.name)) this.heard(host);
      if (!isOutOfReach(host)) continue;
      const forMs = clock.monotonic() - (this.silentSince.get(host.name) ?? clock.monotonic());
      for (const run of this.runs.values()) {
        for (const entry of entriesOn(run.rollout, host.name))
          run.tell({ kind: 'unreachable', host: entry.host, forMs, at });
      }
    }
  }

  /** A store that was set back may still hold our lease, and says nothing of what it lost unless it is asked. */
  private async compare({ rollout, revision }: RolloutRun): Promise<void> {
    if ((await this.options.store.revision(rollout.id)) < revision)
      this.term.giveUp(`the last writes of rollout ${rollout.id} were lost`);
  }

  /**
   * What had ended is under way again in a store that was set back and kept our lease: another term takes it up. Once
   * is no proof, since it may have ended while the store was asked.
   */
  private async lookForStrangers(): Promise<void> {
    const underWay = await this.options.store.underWay();
    const unknown = underWay.map(({ rollout }) => rollout.id).filter((id) => !this.runs.has(id));
    const again = unknown.find((id) => this.strangers.has(id));
    this.strangers = new Set(unknown);
    if (again !== undefined) this.term.giveUp(`rollout ${again} had ended and is under way again`);
  }

  private async perform(effect: Effect): Promise<void> {
    const run = this.runs.get(rolloutOf(effect));
    if (run !== undefined) await perform(effect, run.rollout, { ...this.options, holder: this.term.lease.holder });
  }

  private refused(effect: Effect, reason: string): void {
    const at = this.options.clock.now();
    const run = this.runs.get(rolloutOf(effect));
    const entry = run === undefined ? undefined : entryAt(run.rollout, effect.host, effect.app);
    if (entry !== undefined) run?.tell({ kind: 'refused', host: entry.host, step: effect.fence.step, reason, at });
  }

  private changed(run: RolloutRun, before?: Rollout): void {
    run.scheduleTick();
    const { rollout } = run;
    if (hasEnded(rollout.phase)) {
      for (const entry of rollout.hosts) {
        const { host, app } = placeOf(rollout, entry);
        this.deliveries.drop(host, app);
      }
      this.forget(run);
    } else {
      // What hosts said while another decision was being written is told again.
      this.retell(rollout, toldAnew(rollout, before));
      if (this.isReady) this.hooks.beat(this.runs.values());
    }
  }

  private retell(rollout: Rollout, hosts: readonly RolloutHost[]): void {
    for (const entry of hosts) {
      const { host, app } = placeOf(rollout, entry);
      const now = this.options.fleet.host(host);
      const status = now?.status?.apps.find((candidate) => candidate.app === app);
      if (now?.state !== 'up' || status === undefined || !this.term.isBound(host)) continue;
      const at = this.options.clock.now();
      this.runs.get(rollout.id)?.tell({ kind: 'report', host: entry.host, status, ...steadinessOf(now), at });
    }
  }

  private end(): void {
    this.endWatch();
    this.cancelBeat();
    for (const run of this.runs.values()) run.close();
  }
}

const steadinessOf = ({ flapping }: FleetHost): { readonly unsteady?: true } =>
  flapping === true ? { unsteady: true } : {};

const rolloutOf = (effect: Effect): string => effect.key.slice(0, effect.key.indexOf('/'));
