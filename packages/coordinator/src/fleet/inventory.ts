/** Which hosts there are: those of the configuration, and those that sidecars have registered in Redis. */
import { z } from 'zod';
import type { FleetKeys, HostRecord } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';

const RECORD = z.object({
  name: z.string(),
  address: z.string(),
  endpoint: z.string(),
  metrics: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).default({}),
});

export interface InventoryNews {
  readonly registered: readonly HostRecord[];
  /** Of hosts whose sidecar says that it is there: its words, which are others each time that it says so. */
  readonly present: ReadonlyMap<string, string>;
}

/** Undefined while Redis is away. An emptied Redis knows no host: who reads this keeps those that it knew. */
export async function readInventory(redis: RedisClient, keys: FleetKeys): Promise<InventoryNews | undefined> {
  try {
    const registered = Object.values(await redis.hgetall(keys.hosts)).flatMap(parse);
    const marks = registered.length === 0 ? [] : await redis.mget(registered.map(({ name }) => keys.presence(name)));
    const present = registered.flatMap(({ name }, index) => {
      const mark = marks[index];
      return typeof mark === 'string' ? [[name, mark] as const] : [];
    });
    return { registered, present: new Map(present) };
  } catch {
    return undefined;
  }
}

/** Whatever is no record of a host is passed over. */
function parse(text: string): HostRecord[] {
  try {
    return [RECORD.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}
