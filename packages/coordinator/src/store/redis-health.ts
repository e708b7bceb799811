/** The history of each agent's health, in a Redis stream of its own that the sidecars of its hosts write. */
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import { EVENT_FIELD, type FleetKeys, HEALTH_KEPT_MS } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { HealthLog } from '../api/ports.js';
import { ask } from './guard.js';

const PAGE = 200;

export class RedisHealth implements HealthLog {
  constructor(
    private readonly redis: RedisClient,
    private readonly keys: Pick<FleetKeys, 'apps' | 'health'>,
  ) {}

  async last(app: string, agent: string, count: number, host: string): Promise<readonly HealthResult[]> {
    const key = this.keys.health(app, agent);
    const found: HealthResult[] = [];
    // Redis trims whole pages of a stream, so some that are older may still be there.
    const oldest = `${Math.max(0, Date.now() - HEALTH_KEPT_MS)}-0`;
    for (let until = '+'; ;) {
      const entries = await ask(this.redis.xrevrange(key, until, oldest, 'COUNT', PAGE));
      for (const [, fields] of entries) {
        const result = resultIn(fields);
        if (result === undefined || (host !== '' && result.host !== host)) continue;
        found.push(result);
        if (found.length === count) return found;
      }
      const last = entries.at(-1)?.[0];
      if (last === undefined || entries.length < PAGE) return found;
      until = `(${last}`;
    }
  }

  async appsWith(agent: string): Promise<readonly string[]> {
    const apps = await ask(this.redis.smembers(this.keys.apps));
    const kept = await Promise.all(apps.map((app) => ask(this.redis.exists(this.keys.health(app, agent)))));
    return apps.filter((_, index) => kept[index] === 1).sort();
  }
}

/** Undefined: it is none of ours. */
function resultIn(fields: readonly string[]): HealthResult | undefined {
  try {
    return JSON.parse(fields[fields.indexOf(EVENT_FIELD) + 1] ?? '') as HealthResult;
  } catch {
    return undefined;
  }
}
