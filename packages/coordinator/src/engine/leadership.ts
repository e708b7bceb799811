/** Takes the lease, keeps it, and notices its loss. What a leader does is not its business. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Fleet, LeaseStore } from './ports.js';
import { Term } from './term.js';

export interface LeadershipOptions {
  readonly store: LeaseStore;
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** Unique for ever: name, pid and something random. */
  readonly holder: string;
  readonly ttlMs: number;
  readonly renewMs: number;
  readonly onElected: (term: Term) => void;
  readonly onLost: (term: Term, reason: string) => void;
}

export class Leadership {
  private term: Term | undefined;
  private leader = '';
  private redis: 'up' | 'down' = 'down';
  private cancel: () => void = () => undefined;
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

  view(): { readonly leader: string; readonly isLeader: boolean; readonly redis: 'up' | 'down' } {
    const isLeader = this.current() !== undefined;
    return { leader: isLeader ? this.options.holder : this.leader, isLeader, redis: this.redis };
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
    return this.redis === 'up' && this.term !== undefined ? this.options.renewMs : this.options.renewMs / 4;
  }

  private async attempt(): Promise<void> {
    try {
      await (this.term === undefined ? this.acquire() : this.renew(this.term));
      this.redis = 'up';
    } catch {
      this.redis = 'down';
      if (this.term?.isLive() === false) this.lose('Redis is away for longer than the lease lasts');
    }
  }

  private async renew(term: Term): Promise<void> {
    const { store, clock, ttlMs } = this.options;
    const sentAt = clock.monotonic();
    if (!term.isLive() || !(await store.renew(term.lease, ttlMs))) {
      this.lose('the lease is no longer ours');
      await this.acquire();
    } else {
      term.prolong(sentAt, ttlMs);
    }
  }

  private async acquire(): Promise<void> {
    const { store, fleet, clock, holder, ttlMs } = this.options;
    if (clock.monotonic() < this.notBefore) return;
    const atLeast = Math.max(0, ...fleet.hosts().map((host) => host.status?.epoch ?? 0));
    const sentAt = clock.monotonic();
    const lease = await store.acquire(holder, ttlMs, atLeast);
    if (lease !== undefined && this.closed) await store.release(lease);
    this.leader = lease === undefined ? ((await store.current())?.holder ?? '') : holder;
    if (lease === undefined || this.closed) return;
    const term: Term = new Term(lease, fleet, clock, sentAt + ttlMs, (reason) => this.abdicate(term, reason));
    this.term = term;
    this.options.onElected(term);
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
    const { clock, ttlMs } = this.options;
    const now = clock.monotonic();
    const isAgain = this.notBefore > 0 && now < this.notBefore + ttlMs;
    this.restMs = isAgain ? Math.min(Math.max(this.restMs * 2, ttlMs / 4), ttlMs * 10) : 0;
    this.notBefore = now + this.restMs;
  }

  private lose(reason: string): void {
    const { term } = this;
    if (term === undefined) return;
    this.term = undefined;
    this.leader = '';
    term.end();
    this.options.onLost(term, reason);
  }
}
