/** The rollout engine: leads while it holds the lease, and answers what the faces of the coordinator ask. */
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import { SteadyClock } from '@outrider/shared/runtime/steady-clock.js';
import type { EventType, OutriderEvent } from '@outrider/shared/domain/event.js';
import type { ControlAction, OnLeaseEnd, Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { RollbackAsk, RolloutAsk, Rollouts } from '../api/ports.js';
import { DEFAULT_LIMITS, type Limits } from '../rollout/decision.js';
import type { DeliveryRecord } from '../rollout/delivery/record.js';
import { explain } from '../rollout/explain.js';
import { type Boundary, noBoundary } from './boundary.js';
import { control, type Controlled } from './control.js';
import { Leadership } from './leadership.js';
import { LEASE_TIMES, type LeaseTimes } from './lease-times.js';
import { Mailbox } from './mailbox.js';
import { onlyApp, planRelease, type PlannerOptions } from './planner.js';
import type { LeaseStore, RolloutTrace, SpecStore, StoredRollout } from './ports.js';
import { Reign, type ReignOptions } from './reign.js';
import { planRollbackOf } from './rollback-of-apps.js';
import { type Begun, beginRollback, beginRollout, refuseOtherPlan } from './starting.js';
import type { Term } from './term.js';

export interface EngineOptions extends PlannerOptions, Omit<ReignOptions, 'boundary' | 'clock' | 'limits'> {
  readonly clock: Clock;
  readonly leases: LeaseStore;
  readonly specs: SpecStore;
  readonly environment: string;
  /** The environment's policy for trials; absent: revert. */
  readonly onLeaseEnd?: OnLeaseEnd;
  /** Unique for ever: name, pid and something random. */
  readonly holder: string;
  /** Where leader.elected and leader.lost go; failures are nobody's business. */
  readonly tell?: (event: OutriderEvent) => Promise<void>;
  readonly boundary?: Boundary;
  readonly limits?: Partial<Limits>;
  readonly times?: LeaseTimes;
  /** `HOST:PORT` of our gRPC, for other coordinators. */
  readonly endpoint?: () => string | undefined;
  /** Answers, and decides nothing. */
  readonly readOnly?: boolean;
  /** How long a caller waits for a leader to be there, e.g. just after a restart. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 12_000;

export class RolloutEngine implements Rollouts {
  private reign: Reign | undefined;
  private remembered: readonly StoredRollout[] = [];
  private readonly lead: Leadership;
  private readonly starting = new Mailbox();
  private readonly waiting = new Set<() => void>();

  private readonly options: Omit<EngineOptions, 'clock'> & { readonly clock: SteadyClock };

  constructor(options: EngineOptions) {
    const { leases, fleet, holder, endpoint, times, readOnly } = options;
    const clock = new SteadyClock(options.clock);
    this.options = { ...options, clock };
    this.lead = new Leadership({
      ...{ store: leases, fleet, clock, holder },
      ...(endpoint === undefined ? {} : { endpoint }),
      times: times ?? LEASE_TIMES,
      neverLeads: readOnly === true,
      onElected: (term) => this.elected(term),
      onLost: (term, reason) => this.lost(term, reason),
    });
  }

  /** Tries to lead from now on. Resolves after the first attempt. */
  open(): Promise<void> {
    return this.lead.start();
  }

  /** Gives the lease back; rollouts under way go on with the next leader. */
  close(): Promise<void> {
    return this.lead.close();
  }

  async plan(ask: RolloutAsk): Promise<Plan> {
    const { plan } = await planRelease(ask, this.options);
    refuseOtherPlan(ask, plan);
    return plan;
  }

  /** Starts are taken one after the other, so that two that come together can't both find the app free. */
  async start(ask: RolloutAsk): Promise<Begun> {
    const reign = await this.leading();
    return this.starting.post(() => beginRollout(ask, reign, this.options));
  }

  async planRollback(ask: RollbackAsk): Promise<Plan> {
    const app = await onlyApp(ask.app, this.options.releases);
    return (await planRollbackOf(appsIn(app), ask, this.options)).plan;
  }

  async rollback(ask: RollbackAsk): Promise<Begun> {
    const reign = await this.leading();
    const app = await onlyApp(ask.app, this.options.releases);
    return this.starting.post(() => beginRollback({ ...ask, app }, reign, this.options));
  }

  async control(id: string, app: string, action: ControlAction, by: string, urgent = false): Promise<Controlled> {
    const reign = await this.leading();
    return control({ id, app, action, by, urgent }, reign.runs, this.options);
  }

  async get(id: string, app: string): Promise<Rollout | undefined> {
    const { store } = this.options;
    const mine = [...(this.reign?.runs.values() ?? [])].map((run) => run.rollout);
    const known = id === '' ? undefined : mine.find((rollout) => rollout.id === id);
    if (known !== undefined) return known;
    if (id !== '') return (await store.load(id))?.rollout;
    return (await store.list(app === '' ? undefined : app, 1))[0]?.rollout;
  }

  async list(app: string, limit: number, before?: string): Promise<readonly Rollout[]> {
    const sequence = before === undefined ? undefined : Number(before.slice(1));
    const found = await this.options.store.list(app === '' ? undefined : app, limit, sequence);
    return found.map(({ rollout }) => rollout);
  }

  deliveries(from: number): Promise<readonly DeliveryRecord[]> {
    return this.options.store.deliveries(from);
  }

  trace(id: string): Promise<RolloutTrace> {
    return this.options.store.trace(id);
  }

  explain(rollout: Rollout): string {
    return explain(rollout);
  }

  leadership(): ReturnType<Rollouts['leadership']> {
    return this.lead.view();
  }

  private elected(term: Term): void {
    const { limits, boundary, clock } = this.options;
    clock.settle();
    const options = { ...this.options, boundary: boundary ?? noBoundary, limits: { ...DEFAULT_LIMITS, ...limits } };
    this.reign = new Reign(term, options, this.remembered);
    this.tell('leader.elected', term);
    for (const wake of this.waiting) wake();
  }

  private lost(term: Term, reason: string): void {
    // A reign that ends before it has taken over leaves its memories to the next.
    if (this.reign?.hasTakenOver === true) {
      // What was never written has told no host anything.
      const runs = [...this.reign.runs.values()].filter((run) => run.revision > 0);
      this.remembered = runs.map(({ rollout, revision }) => ({ rollout, revision }));
    }
    this.reign = undefined;
    this.tell('leader.lost', term, reason);
  }

  private tell(type: EventType, { lease }: Term, reason?: string): void {
    const { environment, clock, tell } = this.options;
    const id = `${type}-${lease.epoch}-${lease.holder}`;
    const event = { id, at: rfc3339(clock.now()), type, environment, by: lease.holder, data: { epoch: lease.epoch } };
    void tell?.(reason === undefined ? event : { ...event, reason }).catch(() => undefined);
  }

  /** Waits a little for this process to lead and to have taken over what was under way. */
  private async leading(): Promise<Reign> {
    const { clock, patienceMs } = this.options;
    const until = clock.monotonic() + (patienceMs ?? PATIENCE_MS);
    while (clock.monotonic() < until) {
      const { reign } = this;
      if (reign?.term.isLive() === true) {
        await reign.ready;
        if (reign.term.isLive()) return reign;
      }
      await this.electionWithin(until - clock.monotonic());
    }
    const { leader, redis } = this.leadership();
    if (redis === 'down') throw new OutriderError('unavailable', 'Redis is away, so nothing new is decided now.');
    throw new OutriderError('unavailable', `This coordinator does not lead${leader === '' ? '' : `; ${leader} does`}.`);
  }

  private electionWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done);
        cancel();
        resolve();
      };
      const cancel = this.options.clock.after(ms, done);
      this.waiting.add(done);
    });
  }
}
