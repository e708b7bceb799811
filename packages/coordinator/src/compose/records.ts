/** What is kept in Redis about the past of the fleet. */
import type { FleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import { RedisErrors } from '../store/redis-errors.js';
import { RedisEventLog } from '../store/redis-events.js';
import { RedisHealth } from '../store/redis-health.js';

export interface Records {
  readonly events: RedisEventLog;
  readonly errors: RedisErrors;
  readonly health: RedisHealth;
}

export const composeRecords = (redis: RedisClient, keys: FleetKeys): Records => ({
  events: new RedisEventLog(redis, keys),
  errors: new RedisErrors(redis, keys),
  health: new RedisHealth(redis, keys),
});
