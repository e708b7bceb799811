/** Asks the checks of one incarnation now, whatever their rhythm; those that are told say what is known. Changes nothing. */
import type { HealthLevel, Healthcheck } from '@outrider/shared/domain/agent.js';
import type { HealthResult, HealthStatus } from '@outrider/shared/domain/health-result.js';
import { isTold } from '../agent/check-health.js';
import { statusOfCheck } from '../agent/check-status.js';
import type { Health } from '../agent/health.js';
import type { ProbeResult, Probes, ProbeTarget } from './ports.js';

/** What a running incarnation can be asked by. */
export interface Askable {
  readonly checks: readonly Healthcheck[];
  readonly target: () => ProbeTarget;
  readonly health: Health;
}

export type CheckAnswer = Pick<HealthResult, 'level' | 'probe' | 'status' | 'seconds' | 'reason' | 'critical'>;

/** One after the other: what they ask of the agent must not come all at once. */
export async function askChecks(
  { checks, target, health }: Askable,
  probes: Probes,
  levels: readonly HealthLevel[],
  signal: AbortSignal,
): Promise<readonly CheckAnswer[]> {
  const answers: CheckAnswer[] = [];
  for (const [index, check] of checks.entries()) {
    if (!levels.includes(check.level)) continue;
    const about = { level: check.level, probe: check.method.kind, critical: check.critical };
    if (isTold(check.method)) {
      const state = health.checks[index];
      const status = state === undefined ? 'unknown' : statusOfCheck(state);
      answers.push({ ...about, status, reason: state?.detail ?? '' });
    } else {
      const result = await probes.ask(check, target(), signal);
      answers.push({ ...about, status: statusOf(check, result), seconds: result.seconds, reason: result.detail });
    }
  }
  return answers;
}

/** What says nothing about the agent is unknown, not bad. */
function statusOf({ slowMs }: Healthcheck, { status, degraded = false, seconds }: ProbeResult): HealthStatus {
  if (status === 'failed') return 'unhealthy';
  if (status !== 'ok') return 'unknown';
  return degraded || (slowMs !== undefined && seconds * 1000 >= slowMs) ? 'degraded' : 'healthy';
}
