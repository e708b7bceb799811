/** When a check is asked next. Quick while a start waits for it, so that no second is lost; then as declared. */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { isTold } from './check-health.js';
import type { Health } from './health.js';

const FIRST_MS = 10;
/** Half of what a readiness may go unseen: the answer takes time too. */
const EAGER_MS = 25;
const EAGER_FOR_MS = 5_000;
/** Of the time that has passed since the start. */
const SHARE = 0.02;
const SLOWEST_START_MS = 1_000;
/** A program is started for each question. */
const EXEC_FIRST_MS = 50;
const EXEC_EVERY_MS = 1_000;
/** After the first good answer of a check that had turned bad: the second decides. */
const RECOVERING_MS = 250;

/** Milliseconds until the check is asked: for the first time, or again. `elapsedMs`: since the process was started. */
export function delayOf(health: Health, check: Healthcheck, index: number, elapsedMs: number, first: boolean): number {
  const isExec = check.method.kind === 'exec';
  if (health.checks[index]?.recovering === true) return Math.min(check.intervalMs, RECOVERING_MS);
  if (!isAwaited(health, check, index)) return check.intervalMs;
  if (first) return isExec ? EXEC_FIRST_MS : FIRST_MS;
  const eager = elapsedMs < EAGER_FOR_MS ? EAGER_MS : Math.min(SLOWEST_START_MS, elapsedMs * SHARE);
  return isExec ? Math.max(EXEC_EVERY_MS, eager) : eager;
}

/** Whether the check has a say now; startup holds the others off. What is told comes in by itself. */
export function isAsked(health: Health, checks: readonly Healthcheck[], index: number): boolean {
  const check = checks[index];
  const state = health.checks[index];
  if (check === undefined || state === undefined || isTold(check.method)) return false;
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
