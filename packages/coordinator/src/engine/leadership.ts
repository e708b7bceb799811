/** Takes the lease, keeps it, and notices its loss. What a leader does is not its business. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { LeaseTimes } from './lease-times.js';
import type { Fleet, Lease, LeaseStore } from './ports.js';
import { Term } from './term.js';

export interface LeadershipOptions {
  readonly store: LeaseStore;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Unique for ever: name, pid and something random. */
  readonly holder: string;
  /** `HOST:PORT` of our gRPC, for other coordinators; asked when the lease is. */
  readonly endpoint?: () => string | undefined;
  readonly times: LeaseTimes;
  /** Only looks who leads. */
  readonly neverLeads?: boolean;
  readonly onElected: (term: Term) => void;
  readonly onLost: (term: Term, reason: string) => void;
}

export interface LeadershipView {
  /** Holder of the lease; '' where nobody has it. */
  readonly leader: string;
  /** `HOST:PORT` of the leader's gRPC, where it has said so. */
  readonly endpoint?: string;
  readonly isLeader: boolean;
  readonly redis: 'up' | 'down';
}

export class Leadership {
  private term: Term | undefined;
  /** The lease that somebody holds, as last heard. */
  private held: Lease | undefined;
  private redis: 'up' | 'down' = 'down';
  private cancel: () => void = () => undefined;
  /** The last renewal was not answered in its time. */
  private isLate = false;
  private cancelStepDown: () => void = () => undefined;
  private closed = false;
  private working: Promise<void> = Promise.resolve();
  /** When the lease may be asked for again after it was given up, and how long that wait was. */
  private notBefore = 0;
  private restMs = 0;

  constructor(private readonly options: LeadershipOptions) {}

  /** Resolves after the first attempt. */
  start(): Promise<void> {
    return this.beat();
  }

  current(): Term | undefined {
    return this.term?.isLive() === true ? this.term : undefined;
  }

  view(): LeadershipView {
    const lease = this.current()?.lease ?? this.held;
    const { holder: leader = '', endpoint } = lease ?? {};
    const isLeader = this.current() !== undefined;
    return { leader, isLeader, redis: this.redis, ...(endpoint === undefined ? {} : { endpoint }) };
  }

  /** Gives the lease back, so that another can lead at once. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.working;
    const { term } = this;
    this.lose('it ends');
    if (term !== undefined) await this.options.store.release(term.lease).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    this.cancel();
    this.working = this.attempt();
    await this.working;
    if (!this.closed) this.cancel = this.options.clock.after(this.waitMs(), () => void this.beat());
  }

  /** A leader renews in good time; whoever waits for the lease, or for Redis, asks more often. */
  private waitMs(): number {
    const { renewMs, askMs } = this.options.times;
    if (this.isLate) return 0;
    return this.redis === 'up' && this.term !== undefined ? renewMs : askMs;
  }

  private async attempt(): Promise<void> {
    this.isLate = false;
    try {
      await (this.term === undefined ? this.acquire() : this.renew(this.term));
    } catch {
      this.redis = 'down';
    }
    if (this.term?.isLive() === false) this.lose('it was not renewed in time');
  }

  /** One that is late is not waited for: another is sent beside it, and whichever answers prolongs the lease. */
  private async renew(term: Term): Promise<void> {
    const { store, clock, times } = this.options;
    const sentAt = clock.monotonic();
    if (!term.isLive()) {
      this.lose('it was not renewed in time');
      return this.acquire();
    }
    let cancel = (): void => undefined;
    const late = new Promise<'late'>((resolve) => (cancel = clock.after(times.renewMs, () => resolve('late'))));
    const answer = store.renew(term.lease, times.ttlMs);
    answer.then(
      (isOurs) => this.renewed(term, sentAt, isOurs),
      () => undefined,
    );
    const first = await Promise.race([answer, late]).finally(() => cancel());
    this.isLate = first === 'late';
    if (first === false) await this.acquire();
  }

  private renewed(term: Term, sentAt: number, isOurs: boolean): void {
    this.redis = 'up';
    if (this.term !== term) return;
    if (isOurs) term.prolong(this.validUntil(sentAt));
    else this.lose('the lease is no longer ours');
  }

  private validUntil(sentAt: number): number {
    const { ttlMs, marginMs } = this.options.times;
    return sentAt + ttlMs - marginMs;
  }

  private async acquire(): Promise<void> {
    const { store, fleet, clock, holder, times, endpoint, neverLeads } = this.options;
    if (this.term !== undefined || clock.monotonic() < this.notBefore) return;
    if (neverLeads === true) {
      this.held = await store.current();
      this.redis = 'up';
      return;
    }
    const atLeast = Math.max(0, ...fleet.hosts().map((host) => host.status?.epoch ?? 0));
    const sentAt = clock.monotonic();
    const lease = await store.acquire(holder, times.ttlMs, atLeast, endpoint?.());
    this.redis = 'up';
    if (lease !== undefined && this.closed) await store.release(lease);
    this.held = lease ?? (await store.current());
    if (lease === undefined || this.closed) return;
    const abdicate = (reason: string): void => this.abdicate(term, reason);
    const term: Term = new Term(lease, fleet, clock, this.validUntil(sentAt), abdicate);
    this.term = term;
    this.stepDownInTime(term);
    this.options.onElected(term);
  }

  /** By our own clock, whatever Redis says or does not say: before another can have the lease. */
  private stepDownInTime(term: Term): void {
    const { clock } = this.options;
    this.cancelStepDown = clock.after(term.remainingMs(), () => {
      if (this.term !== term) return;
      if (term.isLive()) this.stepDownInTime(term);
      else this.lose('it was not renewed in time');
    });
  }

  /** A host knows a higher epoch than ours: give up this one and take a higher one. */
  private abdicate(term: Term, reason: string): void {
    if (this.term !== term || term.ended.aborted) return;
    this.lose(reason);
    this.rest();
    const { store } = this.options;
    void store
      .release(term.lease)
      .catch((error: unknown) => messageOf(error))
      .then(() => (this.closed ? undefined : this.beat()));
  }

  /**
   * Once may happen to anybody. Again soon after it looks as if two leaders fought for the same hosts: each time
   * the wait doubles, up to ten lease times.
   */
  private rest(): void {
    const { clock, times } = this.options;
    const { ttlMs } = times;
    const now = clock.monotonic();
    const isAgain = this.notBefore > 0 && now < this.notBefore + ttlMs;
    this.restMs = isAgain ? Math.min(Math.max(this.restMs * 2, ttlMs / 4), ttlMs * 10) : 0;
    this.notBefore = now + this.restMs;
  }

  private lose(reason: string): void {
    const { term } = this;
    if (term === undefined) return;
    this.cancelStepDown();
    this.term = undefined;
    this.held = undefined;
    term.end();
    this.options.onLost(term, reason);
  }
}
