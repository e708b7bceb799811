/** The lease in Redis: who may decide, and with which epoch. */
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { Redis } from 'ioredis';
import type { Lease, LeaseStore } from '../engine/ports.js';
import { ask } from './guard.js';
import type { Scripts } from './scripts.js';

/** As it is written under the lease's key. */
export const leaseText = (lease: Lease): string => `${lease.epoch} ${lease.holder}`;

export class RedisLeases implements LeaseStore {
  constructor(
    private readonly redis: Redis & Scripts,
    private readonly keys: FleetKeys,
  ) {}

  async acquire(holder: string, ttlMs: number, atLeast: number): Promise<Lease | undefined> {
    const epoch = await ask(this.redis.outriderAcquire(this.keys.lease, this.keys.epoch, holder, ttlMs, atLeast));
    return epoch === 0 ? undefined : { holder, epoch };
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return (await ask(this.redis.outriderRenew(this.keys.lease, leaseText(lease), ttlMs))) === 1;
  }

  async release(lease: Lease): Promise<void> {
    await ask(this.redis.outriderRelease(this.keys.lease, leaseText(lease)));
  }

  async current(): Promise<Lease | undefined> {
    const text = await ask(this.redis.get(this.keys.lease));
    if (text === null) return undefined;
    const [epoch = '0', ...holder] = text.split(' ');
    return { epoch: Number(epoch), holder: holder.join(' ') };
  }
}
