/** From an agent's settings to what its lifecycle goes by. */
import type { AgentSpec } from '@outrider/shared/domain/agent.js';
import { startPeriodMs } from './health.js';
import type { Rules } from './instance.js';

/** `strict`: see `Rules`. */
export function rulesOf(spec: AgentSpec, strict: boolean): Rules {
  const { restart, stopSignal, stopGraceMs, healthchecks } = spec;
  const limit = startPeriodMs(healthchecks);
  return { restart, stopSignal, stopGraceMs, strict, ...(limit === undefined ? {} : { startPeriodMs: limit }) };
}
