/**
 * What the checks of one incarnation say together. Startup, readiness and liveness are kept apart: until it was
 * ready for the first time, no failure counts. Asks nobody; results, beats and time come in observations.
 */
import type { Healthcheck, ProbePurpose } from '@outrider/shared/domain/agent.js';
import { type CheckHealth, type Observation, isTold, observeCheck, silenceMs, unknown } from './check-health.js';

export type Verdict = 'starting' | 'ready' | 'unready' | 'dead';

export interface Health {
  readonly checks: readonly CheckHealth[];
  readonly verdict: Verdict;
  /** What the check said that turned the verdict. */
  readonly detail: string;
  /** Of a dead one: it answered badly, or it was silent where it has to speak by itself. */
  readonly cause?: 'probe' | 'watchdog';
}

export const newHealth = (checks: readonly Healthcheck[]): Health =>
  judge({ checks: checks.map(unknown), verdict: holdsUp(checks) ? 'starting' : 'ready', detail: '' }, checks);

/** Of a process that was taken over: believed to be as it was until a check says otherwise. */
export function resumedHealth(checks: readonly Healthcheck[], verdict: 'ready' | 'unready', at: number): Health {
  const resume = (check: Healthcheck): CheckHealth => {
    const silence = silenceMs(check.method);
    // Nobody says READY twice: what was said to the old sidecar stays true.
    const holds = verdict === 'ready' || check.method.kind === 'notify' || !check.purposes.includes('readiness');
    const deadline = silence === undefined ? {} : { deadline: at + silence };
    return { ...unknown(check), passed: true, holds, detail: '', ...deadline };
  };
  return { checks: checks.map(resume), verdict, detail: '' };
}

/** Whether any check has to hold before the instance is ready. */
export const holdsUp = (checks: readonly Healthcheck[]): boolean =>
  checks.some((check) => serves(check, 'startup') || serves(check, 'readiness'));

/** How long a start may take; undefined where no check holds it up. */
export function startPeriodMs(checks: readonly Healthcheck[]): number | undefined {
  const periods = checks
    .filter((check) => serves(check, 'startup') || serves(check, 'readiness'))
    .map((check) => check.startPeriodMs);
  return periods.length === 0 ? undefined : Math.max(...periods);
}

export function observe(health: Health, checks: readonly Healthcheck[], seen: Observation): Health {
  const counts = health.verdict !== 'starting';
  const known = health.checks.map((state, index) => {
    const check = checks[index];
    return check === undefined ? state : observeCheck(state, check, index, seen, counts);
  });
  return judge({ ...health, checks: known }, checks);
}

function judge(health: Health, checks: readonly Healthcheck[]): Health {
  const at = (purpose: ProbePurpose): { check: Healthcheck; state: CheckHealth }[] =>
    checks.flatMap((check, index) => {
      const state = health.checks[index];
      return state !== undefined && serves(check, purpose) ? [{ check, state }] : [];
    });
  const failing = at('readiness').find(({ state }) => !state.holds);
  if (at('liveness').some(({ state }) => state.triggered === true) || health.verdict !== 'starting') {
    const dead = at('liveness').find(({ check, state }) => state.failures >= check.retries);
    if (dead !== undefined) {
      const cause = isTold(dead.check.method) ? 'watchdog' : 'probe';
      return { ...health, verdict: 'dead', detail: dead.state.detail, cause };
    }
  }
  if (health.verdict === 'starting') {
    const waiting = at('startup').find(({ state }) => !state.passed) ?? failing;
    return waiting === undefined
      ? { ...health, verdict: 'ready', detail: '' }
      : { ...health, detail: waiting.state.detail };
  }
  if (failing !== undefined) return { ...health, verdict: 'unready', detail: failing.state.detail };
  return { ...health, verdict: 'ready', detail: '' };
}

/** Only critical checks hold anything up. */
const serves = (check: Healthcheck, purpose: ProbePurpose): boolean =>
  check.critical && check.purposes.includes(purpose);

/** The first moment at which silence becomes a failure. */
export function nextBeatDeadline(health: Health): number | undefined {
  const deadlines = health.checks.flatMap(({ deadline }) => deadline ?? []);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** 0 to 1: the share of checks that hold, a degraded one for half; without checks, whether it is ready. */
export function healthScore(health: Health, ready: boolean): number {
  if (health.checks.length === 0) return ready ? 1 : 0;
  const points = health.checks.map(({ holds, degraded }) => (holds ? (degraded ? 0.5 : 1) : 0) as number);
  return points.reduce((sum, one) => sum + one, 0) / points.length;
}

/** By its own word it has work in hand. */
export const isBusy = ({ checks }: Health): boolean => checks.some(({ busy }) => busy);

/** What there is to know of one that is ready, worst first; `said`: by itself. '' where there is nothing. */
export function noteOf({ checks }: Health, said: string): string {
  const failing = checks.find(({ holds, failures }) => !holds && failures > 0);
  const worst = failing ?? checks.find(({ holds, degraded }) => holds && degraded);
  if (worst !== undefined) return worst.detail;
  if (said !== '') return said;
  const busy = checks.find((check) => check.busy);
  return busy === undefined ? '' : busy.detail || 'busy';
}

/** Without a check it is critical too: that it runs is all there is to see. */
export const isCritical = (checks: readonly Healthcheck[]): boolean =>
  checks.length === 0 || checks.some(({ critical }) => critical);
