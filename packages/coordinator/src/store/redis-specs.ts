/** Host specs in Redis, by their digest. Each names every host of the fleet, so those of many hosts are deflated. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { eachOf } from '@outrider/shared/runtime/each-of.js';
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { SpecStore } from '../engine/ports.js';
import { ask } from './guard.js';

const KEPT_S = 30 * 24 * 3600;
/** Written at once: thousands would not all be answered in time. */
const AT_ONCE = 32;
/** Texts below this stay as they are, for people who look. */
const PLAIN_CHARACTERS = 8 * 1024;
/** No JSON begins like this. */
const DEFLATED = 'deflated:';

export class RedisSpecs implements SpecStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: FleetKeys,
  ) {}

  async saveSpecs(specs: ReadonlyMap<string, string>): Promise<void> {
    await eachOf([...specs], AT_ONCE, async ([digest, text]) => {
      await ask(this.redis.set(this.keys.spec(digest), packed(text), 'EX', KEPT_S));
    });
  }

  async loadSpec(specDigest: string): Promise<string | undefined> {
    const stored = await ask(this.redis.get(this.keys.spec(specDigest)));
    return stored === null ? undefined : unpacked(stored);
  }
}

const packed = (text: string): string =>
  text.length < PLAIN_CHARACTERS ? text : DEFLATED + deflateRawSync(text, { level: 1 }).toString('base64');

const unpacked = (stored: string): string =>
  stored.startsWith(DEFLATED)
    ? inflateRawSync(Buffer.from(stored.slice(DEFLATED.length), 'base64')).toString()
    : stored;
