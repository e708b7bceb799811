/**
 * What the checks of one incarnation say together. Startup, readiness and liveness are kept apart: until it was
 * ready for the first time, no failure counts. Asks nobody; results, beats and time come in observations.
 */
import type { Healthcheck, ProbePurpose } from '@outrider/shared/domain/agent.js';
import { formatDuration } from '@outrider/shared/domain/duration.js';

export interface CheckHealth {
  /** It held at least once in this incarnation. */
  readonly passed: boolean;
  /** It held when it was last known, or has not failed often enough since. */
  readonly holds: boolean;
  /** In a row, since the first readiness. */
  readonly failures: number;
  /** What it said last. */
  readonly detail: string;
  /** Of a heartbeat: the next message has to come by then. */
  readonly deadline?: number;
  /** Of the last beat. */
  readonly seq?: number;
}

export type Verdict = 'starting' | 'ready' | 'unready' | 'dead';

export interface Health {
  readonly checks: readonly CheckHealth[];
  readonly verdict: Verdict;
  /** What the check said that turned the verdict. */
  readonly detail: string;
}

export type Observation =
  /** `error` and `unproven` say nothing about the agent. */
  | {
      readonly kind: 'asked';
      readonly check: number;
      readonly status: 'ok' | 'failed' | 'error' | 'unproven';
      readonly detail: string;
    }
  /** Any message is a sign of life; `seq` comes with beats. */
  | { readonly kind: 'heard'; readonly at: number; readonly seq?: number }
  /** A deadline of a heartbeat has come, and the sidecar noticed `lateMs` later. */
  | { readonly kind: 'overdue'; readonly at: number; readonly lateMs: number };

/** Later than this is the sidecar's own fault: messages may wait unread, so the deadline is extended by as much. */
export const PUNCTUAL_MS = 100;

const UNKNOWN: CheckHealth = { passed: false, holds: false, failures: 0, detail: 'no answer yet' };

export const newHealth = (checks: readonly Healthcheck[]): Health => ({
  checks: checks.map(() => UNKNOWN),
  verdict: holdsUp(checks) ? 'starting' : 'ready',
  detail: '',
});

/** Of a process that was taken over: believed to be as it was until a check says otherwise. */
export function resumedHealth(checks: readonly Healthcheck[], verdict: 'ready' | 'unready', at: number): Health {
  const resume = (check: Healthcheck): CheckHealth => ({
    passed: true,
    holds: verdict === 'ready' || !check.purposes.includes('readiness'),
    failures: 0,
    detail: '',
    ...(check.method.kind === 'heartbeat' ? { deadline: at + check.method.withinMs } : {}),
  });
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
    if (check === undefined) return state;
    switch (seen.kind) {
      case 'asked':
        return index === seen.check ? answered(state, check, seen, counts) : state;
      case 'heard':
        return check.method.kind === 'heartbeat' ? heard(state, check.method.withinMs, seen) : state;
      case 'overdue':
        return check.method.kind === 'heartbeat' ? overdue(state, check, check.method.withinMs, seen) : state;
    }
  });
  return judge({ ...health, checks: known }, checks);
}

function answered(
  state: CheckHealth,
  check: Healthcheck,
  seen: Extract<Observation, { kind: 'asked' }>,
  counts: boolean,
): CheckHealth {
  if (seen.status === 'ok') return { ...state, passed: true, holds: true, failures: 0, detail: seen.detail };
  if (seen.status !== 'failed') return { ...state, detail: seen.detail };
  const failures = counts ? state.failures + 1 : 0;
  const holds = state.holds && counts && failures < check.retries;
  return { ...state, holds, failures, detail: seen.detail };
}

function heard(state: CheckHealth, withinMs: number, seen: Extract<Observation, { kind: 'heard' }>): CheckHealth {
  const { seq } = seen;
  // Numbering begins anew where the agent opened the bus again.
  if (seq !== undefined && state.seq !== undefined && seq <= state.seq && seq > 1) return state;
  const numbered = seq === undefined ? {} : { seq };
  return { ...state, passed: true, holds: true, failures: 0, detail: '', deadline: seen.at + withinMs, ...numbered };
}

function overdue(
  state: CheckHealth,
  check: Healthcheck,
  withinMs: number,
  seen: Extract<Observation, { kind: 'overdue' }>,
): CheckHealth {
  if (state.deadline === undefined || seen.at < state.deadline) return state;
  if (seen.lateMs > PUNCTUAL_MS) return { ...state, deadline: seen.at + seen.lateMs };
  const { deadline: _passed, ...rest } = state;
  const detail = `no message for ${formatDuration(withinMs)}`;
  return { ...rest, holds: false, failures: Math.max(1, check.retries), detail };
}

function judge(health: Health, checks: readonly Healthcheck[]): Health {
  const at = (purpose: ProbePurpose): { check: Healthcheck; state: CheckHealth }[] =>
    checks.flatMap((check, index) => {
      const state = health.checks[index];
      return state !== undefined && serves(check, purpose) ? [{ check, state }] : [];
    });
  const failing = at('readiness').find(({ state }) => !state.holds);
  if (health.verdict === 'starting') {
    const waiting = at('startup').find(({ state }) => !state.passed) ?? failing;
    return waiting === undefined
      ? { ...health, verdict: 'ready', detail: '' }
      : { ...health, detail: waiting.state.detail };
  }
  const dead = at('liveness').find(({ check, state }) => state.failures >= check.retries);
  if (dead !== undefined) return { ...health, verdict: 'dead', detail: dead.state.detail };
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

/** 0 to 1: the share of checks that hold; without checks, whether it is ready. */
export function healthScore(health: Health, ready: boolean): number {
  if (health.checks.length === 0) return ready ? 1 : 0;
  return health.checks.filter(({ holds }) => holds).length / health.checks.length;
}

/** Without a check it is critical too: that it runs is all there is to see. */
export const isCritical = (checks: readonly Healthcheck[]): boolean =>
  checks.length === 0 || checks.some(({ critical }) => critical);
