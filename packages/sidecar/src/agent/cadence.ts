/** When a check is asked next. Quick while a start waits for it, so that no second is lost; then as declared. */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { Health } from './health.js';

const FIRST_MS = 10;
const EAGER_MS = 50;
const EAGER_FOR_MS = 5_000;
/** Of the time that has passed since the start. */
const SHARE = 0.02;
const SLOWEST_START_MS = 1_000;
/** A program is started for each question. */
const EXEC_EVERY_MS = 1_000;

/** Milliseconds until the check is asked: for the first time, or again. `elapsedMs`: since the process was started. */
export function delayOf(health: Health, check: Healthcheck, index: number, elapsedMs: number, first: boolean): number {
  if (!isAwaited(health, check, index)) return check.intervalMs;
  if (first) return check.method.kind === 'exec' ? EAGER_MS : FIRST_MS;
  const eager = elapsedMs < EAGER_FOR_MS ? EAGER_MS : Math.min(SLOWEST_START_MS, elapsedMs * SHARE);
  return Math.max(check.method.kind === 'exec' ? EXEC_EVERY_MS : EAGER_MS, eager);
}

/** Whether the check has a say now; startup holds the others off. Beats come in by themselves. */
export function isAsked(health: Health, checks: readonly Healthcheck[], index: number): boolean {
  const check = checks[index];
  const state = health.checks[index];
  if (check === undefined || state === undefined || check.method.kind === 'heartbeat') return false;
  if (health.verdict === 'starting' && !startupPassed(health, checks)) return check.purposes.includes('startup');
  if (check.purposes.includes('readiness')) return true;
  if (check.purposes.includes('liveness')) return health.verdict !== 'starting';
  return !state.passed;
}

function startupPassed(health: Health, checks: readonly Healthcheck[]): boolean {
  return checks.every(
    (check, index) => !check.critical || !check.purposes.includes('startup') || health.checks[index]?.passed === true,
  );
}

const isAwaited = (health: Health, check: Healthcheck, index: number): boolean =>
  health.verdict === 'starting' && check.critical && health.checks[index]?.holds !== true;
