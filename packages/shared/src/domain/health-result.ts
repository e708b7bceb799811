/** One check of one instance, as it was asked for by a person or as it is kept in the history. */
import type { HealthLevel, Healthcheck, ProbeMethod } from './agent.js';

/** Each asks more of an agent than the one before. */
export const HEALTH_LEVELS = [
  'basic',
  'deep',
  'functional',
  'integration',
  'performance',
] as const satisfies readonly HealthLevel[];

/** `unknown`: nothing has been heard yet. `none_declared`: no check of this level. `stopped`: a person or its end. */
export const HEALTH_STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown', 'none_declared', 'stopped'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export interface HealthResult {
  /** RFC 3339. */
  readonly at: string;
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  readonly level: HealthLevel;
  /** How it asks; `process`: whether it runs; `-`: there is no check. */
  readonly probe: ProbeMethod['kind'] | 'process' | '-';
  readonly status: HealthStatus;
  /** How long the answer took; absent: nothing was asked. */
  readonly seconds?: number;
  /** A sentence, or ''. */
  readonly reason: string;
  /** Holds up its agent and its host. */
  readonly critical: boolean;
}

/** This level and those below it. */
export const levelsUpTo = (level: HealthLevel): readonly HealthLevel[] =>
  HEALTH_LEVELS.slice(0, HEALTH_LEVELS.indexOf(level) + 1);

/** Levels of `levels` that none of the checks has. */
export const undeclared = (checks: readonly Healthcheck[], levels: readonly HealthLevel[]): readonly HealthLevel[] =>
  levels.filter((level) => !checks.some((check) => check.level === level));

/** Why people who asked have a bad answer, as sentences; empty: it is a good one. */
export function badNews(results: readonly HealthResult[]): readonly string[] {
  const asked = results.filter(({ status }) => status !== 'none_declared' && status !== 'stopped');
  if (asked.length === 0) return ['No check was asked: none is declared of what runs.'];
  return asked
    .filter(({ status, critical }) => critical && (status === 'unhealthy' || status === 'unknown'))
    .map(({ host, app, agent, instance, level, probe, status, reason }) => {
      const place = `${app}/${agent}.${instance} on ${host}`;
      return `${place} is ${status} (${level} ${probe})${reason === '' ? '' : `: ${reason}`}`;
    });
}
