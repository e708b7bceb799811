/** Rollouts, their outbox and their sequence in Redis. Writes happen in scripts alone. */
import { DELIVERIES_KEPT_MS } from '@outrider/shared/domain/delivery.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hasEnded, type Plan, type Rollout } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout, isAbout } from '@outrider/shared/domain/rollout-place.js';
import { EVENTS_KEPT, type FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { type DeliveryRecord, deliveriesOf } from '../rollout/delivery/record.js';
import type {
  CommitResult,
  DecisionRecord,
  Effect,
  Lease,
  RolloutStore,
  RolloutTrace,
  StoredRollout,
  Trace,
} from '../engine/ports.js';
import { ask } from './guard.js';
import { leaseText } from './redis-lease.js';
import type { Scripts } from './scripts.js';

/** Ended rollouts beyond these are forgotten, oldest first. */
const ROLLOUTS_KEPT = 500;
/** Of one rollout; older ones are forgotten. */
const DECISIONS_KEPT = 500;
/** Records of deliveries beyond these are forgotten, oldest first: some two megabytes. */
const DELIVERIES_KEPT = 10_000;
const PAGE = 50;

const RESULT_OF: Readonly<Record<number, CommitResult>> = { 1: 'committed', [-1]: 'fenced', [-2]: 'conflict' };

/** One place for each host and app, so that a newer effect takes the older one's. */
const fieldOf = (effect: Effect): string => `${effect.host}/${effect.app}`;

/** Empty: there is nothing to write. */
const textOf = (value: object | undefined): string => (value === undefined ? '' : JSON.stringify(value));

export class RedisRollouts implements RolloutStore {
  constructor(
    private readonly redis: RedisClient & Scripts,
    private readonly keys: FleetKeys,
    private readonly kept: number = ROLLOUTS_KEPT,
  ) {}

  async commit(
    lease: Lease,
    rollout: Rollout,
    expected: number,
    events: readonly OutriderEvent[],
    effects: readonly Effect[],
    trace?: Trace,
  ): Promise<CommitResult> {
    const { keys } = this;
    const code = await ask(
      this.redis.outriderCommit(
        ...[keys.lease, keys.rollout(rollout.id), keys.rollouts, keys.active, keys.outbox, keys.events],
        ...[keys.decisions(rollout.id), keys.deliveries],
        ...[leaseText(lease), expected, JSON.stringify(rollout), rollout.id, rollout.seq],
        JSON.stringify(appsOfRollout(rollout).map(({ app }) => app)),
        hasEnded(rollout.phase) ? '1' : '0',
        JSON.stringify(events.map((event) => JSON.stringify(event))),
        JSON.stringify(effects.flatMap((effect) => [fieldOf(effect), JSON.stringify(effect)])),
        EVENTS_KEPT,
        ...[textOf(trace?.decision), textOf(trace?.plan), DECISIONS_KEPT],
        JSON.stringify(deliveriesOf(rollout).map((record) => JSON.stringify(record))),
        ...[rollout.endedAt ?? 0, DELIVERIES_KEPT_MS, DELIVERIES_KEPT],
      ),
    );
    const result = RESULT_OF[code] ?? 'conflict';
    // One that is not forgotten now is when the next one ends.
    if (result === 'committed' && hasEnded(rollout.phase)) await this.forgetOld(lease).catch(() => undefined);
    return result;
  }

  async trace(id: string): Promise<RolloutTrace> {
    const [plan, decisions] = await Promise.all([
      ask(this.redis.hget(this.keys.rollout(id), 'plan')),
      ask(this.redis.lrange(this.keys.decisions(id), 0, -1)),
    ]);
    return {
      decisions: decisions.map((text) => JSON.parse(text) as DecisionRecord),
      ...(plan === null ? {} : { plan: JSON.parse(plan) as Plan }),
    };
  }

  async acknowledge(lease: Lease, effect: Effect): Promise<void> {
    const { keys } = this;
    await ask(this.redis.outriderAcknowledge(keys.lease, keys.outbox, leaseText(lease), fieldOf(effect), effect.key));
  }

  async load(id: string): Promise<StoredRollout | undefined> {
    return (await this.loadAll([id]))[0];
  }

  async revision(id: string): Promise<number> {
    return Number((await ask(this.redis.hget(this.keys.rollout(id), 'revision'))) ?? 0);
  }

  async list(app: string | undefined, limit: number, before?: number): Promise<readonly StoredRollout[]> {
    const found: StoredRollout[] = [];
    const newest = before === undefined ? '+inf' : `(${before}`;
    for (let offset = 0; found.length < limit; offset += PAGE) {
      const ids = await ask(this.redis.zrevrangebyscore(this.keys.rollouts, newest, '-inf', 'LIMIT', offset, PAGE));
      if (ids.length === 0) break;
      const page = await this.loadAll(ids);
      found.push(...page.filter(({ rollout }) => isAbout(rollout, app ?? '')));
    }
    return found.slice(0, limit);
  }

  async deliveries(from: number): Promise<readonly DeliveryRecord[]> {
    const texts = await ask(this.redis.zrangebyscore(this.keys.deliveries, from, '+inf'));
    return texts.map((text) => JSON.parse(text) as DeliveryRecord);
  }

  async underWay(): Promise<readonly StoredRollout[]> {
    // One of several apps is there for each of them.
    return this.loadAll([...new Set(await ask(this.redis.hvals(this.keys.active)))]);
  }

  async outbox(): Promise<readonly Effect[]> {
    return (await ask(this.redis.hvals(this.keys.outbox))).map((text) => JSON.parse(text) as Effect);
  }

  nextSequence(atLeast: number): Promise<number> {
    return ask(this.redis.outriderNextSequence(this.keys.seq, atLeast));
  }

  private async forgetOld(lease: Lease): Promise<void> {
    const { lease: held, rollouts, rollout, decisions } = this.keys;
    const old = await ask(this.redis.zrange(rollouts, 0, `-${this.kept + 1}`));
    if (old.length === 0) return;
    const keys = [held, rollouts, ...old.flatMap((id) => [rollout(id), decisions(id)])];
    await ask(this.redis.outriderForget(keys.length, ...keys, leaseText(lease), ...old));
  }

  private async loadAll(ids: readonly string[]): Promise<readonly StoredRollout[]> {
    const rows = await Promise.all(
      ids.map((id) => ask(this.redis.hmget(this.keys.rollout(id), 'revision', 'document'))),
    );
    return rows.flatMap(([revision, document]) =>
      typeof revision === 'string' && typeof document === 'string'
        ? [{ revision: Number(revision), rollout: JSON.parse(document) as Rollout }]
        : [],
    );
  }
}
