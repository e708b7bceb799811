/** The twin of the Redis stores: the same promises, kept in this process, for tests and simulations. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout, isAbout, sharedApp } from '@outrider/shared/domain/rollout-place.js';
import { type DeliveryRecord, deliveriesOf } from '../rollout/delivery/record.js';
import type {
  CommitResult,
  Effect,
  Lease,
  LeaseStore,
  RolloutStore,
  RolloutTrace,
  SpecStore,
  StoredRollout,
  Trace,
} from '../engine/ports.js';

/** As in Redis. */
export const DECISIONS_KEPT = 500;

export interface MemorySnapshot {
  readonly lastEpoch: number;
  readonly lastSequence: number;
  readonly rollouts: ReadonlyMap<string, StoredRollout>;
  readonly effects: ReadonlyMap<string, Effect>;
  readonly specs: ReadonlyMap<string, string>;
  readonly traces: ReadonlyMap<string, RolloutTrace>;
}

export class MemoryStore implements LeaseStore, RolloutStore, SpecStore {
  private held: { readonly lease: Lease; readonly until: number } | undefined;
  private lastEpoch = 0;
  private lastSequence = 0;
  private readonly rollouts = new Map<string, StoredRollout>();
  private readonly effects = new Map<string, Effect>();
  private readonly specs = new Map<string, string>();
  private readonly traces = new Map<string, RolloutTrace>();

  /** `now` in milliseconds that never jump. Events that are committed go to `publish`. */
  constructor(
    private readonly now: () => number,
    private readonly publish: (events: readonly OutriderEvent[]) => void,
  ) {}

  async acquire(holder: string, ttlMs: number, atLeast: number, endpoint?: string): Promise<Lease | undefined> {
    if ((await this.current()) !== undefined) return undefined;
    this.lastEpoch = Math.max(this.lastEpoch, atLeast) + 1;
    const lease = { holder, epoch: this.lastEpoch, ...(endpoint === undefined ? {} : { endpoint }) };
    this.held = { lease, until: this.now() + ttlMs };
    return lease;
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    if (!this.isHeldBy(lease)) return false;
    this.held = { lease, until: this.now() + ttlMs };
    return true;
  }

  async release(lease: Lease): Promise<void> {
    if (this.isHeldBy(lease)) this.held = undefined;
  }

  async current(): Promise<Lease | undefined> {
    return this.held !== undefined && this.held.until > this.now() ? this.held.lease : undefined;
  }

  async commit(
    lease: Lease,
    rollout: Rollout,
    expected: number,
    events: readonly OutriderEvent[],
    effects: readonly Effect[],
    trace?: Trace,
  ): Promise<CommitResult> {
    if (!this.isHeldBy(lease)) return 'fenced';
    const revision = this.rollouts.get(rollout.id)?.revision ?? 0;
    const apps = appsOfRollout(rollout).map(({ app }) => app);
    const rival = this.active().find((other) => other.id !== rollout.id && sharedApp(other, apps) !== undefined);
    if (revision !== expected || rival !== undefined) return 'conflict';
    this.rollouts.set(rollout.id, { rollout: copy(rollout), revision: revision + 1 });
    if (trace !== undefined) this.keep(rollout.id, copy(trace));
    for (const effect of effects) this.effects.set(`${effect.host}/${effect.app}`, copy(effect));
    if (hasEnded(rollout.phase)) {
      for (const [field, { key }] of this.effects) if (key.startsWith(`${rollout.id}/`)) this.effects.delete(field);
    }
    this.publish(events.map(copy));
    return 'committed';
  }

  private keep(id: string, { decision, plan }: Trace): void {
    const { decisions = [], plan: first } = this.traces.get(id) ?? {};
    const kept = plan ?? first;
    this.traces.set(id, {
      decisions: [...decisions, decision].slice(-DECISIONS_KEPT),
      ...(kept === undefined ? {} : { plan: kept }),
    });
  }

  async trace(id: string): Promise<RolloutTrace> {
    return copy(this.traces.get(id) ?? { decisions: [] });
  }

  async acknowledge(lease: Lease, effect: Effect): Promise<void> {
    if (!this.isHeldBy(lease)) return;
    const field = `${effect.host}/${effect.app}`;
    if (this.effects.get(field)?.key === effect.key) this.effects.delete(field);
  }

  async load(id: string): Promise<StoredRollout | undefined> {
    return copy(this.rollouts.get(id));
  }

  async revision(id: string): Promise<number> {
    return this.rollouts.get(id)?.revision ?? 0;
  }

  async list(app: string | undefined, limit: number, before = Infinity): Promise<readonly StoredRollout[]> {
    const found = [...this.rollouts.values()].filter(
      ({ rollout }) => isAbout(rollout, app ?? '') && rollout.seq < before,
    );
    return copy(found.sort((a, b) => b.rollout.seq - a.rollout.seq).slice(0, limit));
  }

  /** Nothing is ever forgotten here, so that what is stored tells it. */
  async deliveries(from: number): Promise<readonly DeliveryRecord[]> {
    return [...this.rollouts.values()]
      .flatMap(({ rollout }) => deliveriesOf(rollout))
      .filter(({ endedAt }) => endedAt >= from)
      .sort((a, b) => a.endedAt - b.endedAt);
  }

  async underWay(): Promise<readonly StoredRollout[]> {
    return copy([...this.rollouts.values()].filter(({ rollout }) => !hasEnded(rollout.phase)));
  }

  async outbox(): Promise<readonly Effect[]> {
    return copy([...this.effects.values()]);
  }

  async nextSequence(atLeast: number): Promise<number> {
    this.lastSequence = Math.max(this.lastSequence, atLeast) + 1;
    return this.lastSequence;
  }

  async saveSpecs(specs: ReadonlyMap<string, string>): Promise<void> {
    for (const [digest, text] of specs) this.specs.set(digest, text);
  }

  async loadSpec(specDigest: string): Promise<string | undefined> {
    return this.specs.get(specDigest);
  }

  /** What a Redis that lost its last writes comes back with; the lease is gone by then. */
  setBack(to: MemorySnapshot, lease: 'lost' | 'kept' = 'lost'): void {
    const { held } = this;
    this.clear();
    if (lease === 'kept') this.held = held;
    this.lastEpoch = to.lastEpoch;
    this.lastSequence = to.lastSequence;
    for (const [id, stored] of to.rollouts) this.rollouts.set(id, copy(stored));
    for (const [field, effect] of to.effects) this.effects.set(field, effect);
    for (const [digest, text] of to.specs) this.specs.set(digest, text);
    for (const [id, trace] of to.traces) this.traces.set(id, copy(trace));
  }

  snapshot(): MemorySnapshot {
    const { lastEpoch, lastSequence, rollouts, effects, specs, traces } = this;
    return copy({ lastEpoch, lastSequence, rollouts, effects, specs, traces });
  }

  /** As an emptied Redis: nothing is known any more. */
  clear(): void {
    this.held = undefined;
    this.lastEpoch = 0;
    this.lastSequence = 0;
    for (const map of [this.rollouts, this.effects, this.specs, this.traces]) map.clear();
  }

  private active(): readonly Rollout[] {
    return [...this.rollouts.values()].map(({ rollout }) => rollout).filter(({ phase }) => !hasEnded(phase));
  }

  private isHeldBy(lease: Lease): boolean {
    const { held } = this;
    return held?.lease.epoch === lease.epoch && held.lease.holder === lease.holder && held.until > this.now();
  }
}

/** What is stored can't be changed from outside, as in Redis. */
const copy = <T>(value: T): T => structuredClone(value);
