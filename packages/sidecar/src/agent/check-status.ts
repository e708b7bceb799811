/** One check in the words that people read. */
import type { HealthStatus } from '@outrider/shared/domain/health-result.js';
import type { CheckHealth } from './check-health.js';

/** As it was settled by its answers; `unknown` until there was one. */
export function statusOfCheck({ holds, degraded, passed, failures }: CheckHealth): HealthStatus {
  if (holds) return degraded ? 'degraded' : 'healthy';
  return passed || failures > 0 ? 'unhealthy' : 'unknown';
}
