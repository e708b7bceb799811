/** Rollouts, their outbox and their sequence in Redis. Writes happen in scripts alone. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { EVENTS_KEPT, type FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { Redis } from 'ioredis';
import type { CommitResult, Effect, Lease, RolloutStore, StoredRollout } from '../engine/ports.js';
import { ask } from './guard.js';
import { leaseText } from './redis-lease.js';
import type { Scripts } from './scripts.js';

/** Ended rollouts beyond these are forgotten, oldest first. */
export const ROLLOUTS_KEPT = 500;
const PAGE = 50;

const RESULT_OF: Readonly<Record<number, CommitResult>> = { 1: 'committed', [-1]: 'fenced', [-2]: 'conflict' };

/** One place for each host and app, so that a newer effect takes the older one's. */
const fieldOf = (effect: Effect): string => `${effect.host}/${effect.app}`;

export class RedisRollouts implements RolloutStore {
  constructor(
    private readonly redis: Redis & Scripts,
    private readonly keys: FleetKeys,
  ) {}

  async commit(
    lease: Lease,
    rollout: Rollout,
    expected: number,
    events: readonly OutriderEvent[],
    effects: readonly Effect[],
  ): Promise<CommitResult> {
    const { keys } = this;
    const code = await ask(
      this.redis.outriderCommit(
        ...[keys.lease, keys.rollout(rollout.id), keys.rollouts, keys.active, keys.outbox, keys.events],
        ...[leaseText(lease), expected, JSON.stringify(rollout), rollout.id, rollout.seq, rollout.app],
        hasEnded(rollout.phase) ? '1' : '0',
        JSON.stringify(events.map((event) => JSON.stringify(event))),
        JSON.stringify(effects.flatMap((effect) => [fieldOf(effect), JSON.stringify(effect)])),
        ...[ROLLOUTS_KEPT, EVENTS_KEPT],
      ),
    );
    return RESULT_OF[code] ?? 'conflict';
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

  async list(app: string | undefined, limit: number): Promise<readonly StoredRollout[]> {
    const found: StoredRollout[] = [];
    for (let offset = 0; found.length < limit; offset += PAGE) {
      const ids = await ask(this.redis.zrevrange(this.keys.rollouts, offset, offset + PAGE - 1));
      if (ids.length === 0) break;
      const page = await this.loadAll(ids);
      found.push(...page.filter(({ rollout }) => app === undefined || rollout.app === app));
    }
    return found.slice(0, limit);
  }

  async underWay(): Promise<readonly StoredRollout[]> {
    return this.loadAll(await ask(this.redis.hvals(this.keys.active)));
  }

  async outbox(): Promise<readonly Effect[]> {
    return (await ask(this.redis.hvals(this.keys.outbox))).map((text) => JSON.parse(text) as Effect);
  }

  nextSequence(atLeast: number): Promise<number> {
    return ask(this.redis.outriderNextSequence(this.keys.seq, atLeast));
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
