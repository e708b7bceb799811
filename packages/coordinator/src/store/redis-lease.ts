/** The lease in Redis: who may decide, and with which epoch. */
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Lease, LeaseStore } from '../engine/ports.js';
import { ask } from './guard.js';
import type { Scripts } from './scripts.js';

/** What a lease is given away by: who has it, and where others reach that one. */
const placeText = (holder: string, endpoint: string | undefined): string =>
  endpoint === undefined ? holder : `${holder} ${endpoint}`;

/** As it is written under the lease's key. */
export const leaseText = ({ epoch, holder, endpoint }: Lease): string => `${epoch} ${placeText(holder, endpoint)}`;

export class RedisLeases implements LeaseStore {
  constructor(
    private readonly redis: RedisClient & Scripts,
    private readonly keys: FleetKeys,
  ) {}

  async acquire(holder: string, ttlMs: number, atLeast: number, endpoint?: string): Promise<Lease | undefined> {
    const { lease, epoch: epochs } = this.keys;
    const place = placeText(holder, endpoint);
    const epoch = await ask(this.redis.outriderAcquire(lease, epochs, place, ttlMs, atLeast));
    return epoch === 0 ? undefined : { holder, epoch, ...(endpoint === undefined ? {} : { endpoint }) };
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
    const [epoch = '0', holder = '', endpoint] = text.split(' ');
    return { epoch: Number(epoch), holder, ...(endpoint === undefined ? {} : { endpoint }) };
  }
}
