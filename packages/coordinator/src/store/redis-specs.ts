/** Host specs in Redis, by their digest. */
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { SpecStore } from '../engine/ports.js';
import { ask } from './guard.js';

const KEPT_S = 30 * 24 * 3600;

export class RedisSpecs implements SpecStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: FleetKeys,
  ) {}

  async saveSpecs(specs: ReadonlyMap<string, string>): Promise<void> {
    await Promise.all(
      [...specs].map(([digest, text]) => ask(this.redis.set(this.keys.spec(digest), text, 'EX', KEPT_S))),
    );
  }

  async loadSpec(specDigest: string): Promise<string | undefined> {
    return (await ask(this.redis.get(this.keys.spec(specDigest)))) ?? undefined;
  }
}
