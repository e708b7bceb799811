/** What a strategy means for waves and for the wait after the canary, and which wishes do not go together. */
import type { RollbackStrategy, RolloutStrategy } from '@outrider/shared/domain/rollout.js';
import type { WaveRule } from './waves.js';

/** Between two hosts of a progressive rollback, unless it is said. */
export const REST_MS = 10_000;

export interface StrategyAsk {
  readonly strategy: RolloutStrategy;
  /** Absent: as the strategy has it; 0: none. */
  readonly canary?: number;
  /** Absent: as the strategy has it; 0: no limit. */
  readonly maxParallel?: number;
  readonly autoPromote: boolean;
}

export interface StrategyRule extends WaveRule {
  readonly awaitPromotion: boolean;
}

/** One host after the other, the first of them the canary; all-at-once knows neither. */
export function ruleOf({ strategy, canary, maxParallel, autoPromote }: StrategyAsk): StrategyRule {
  const atOnce = strategy === 'all-at-once';
  return {
    canary: canary ?? (atOnce ? 0 : 1),
    maxParallel: maxParallel ?? (atOnce ? 0 : 1),
    awaitPromotion: strategy === 'canary' && !autoPromote,
  };
}

/** A sentence; undefined: all of it goes together. */
export function contradictionIn({ strategy, canary, autoPromote }: StrategyAsk): string | undefined {
  if (strategy === 'canary' && canary === 0) return 'The strategy canary needs a canary; leave out --no-canary.';
  if (strategy === 'all-at-once' && canary !== undefined && canary > 0) {
    return 'The strategy all-at-once has no canary; leave out --canary, or take the strategy canary.';
  }
  if (autoPromote && strategy !== 'canary') {
    return `Only the strategy canary waits to be promoted; ${strategy} goes on by itself. Leave out --auto-promote.`;
  }
  return undefined;
}

/** What a rollback is about. */
export interface Chosen {
  readonly hosts: readonly string[];
  readonly agents: readonly string[];
}

/** A sentence; undefined: they go together. */
export function contradictionInRollback(strategy: RollbackStrategy, { hosts, agents }: Chosen): string | undefined {
  if (strategy === 'emergency' && agents.length > 0) {
    return 'An emergency takes back whole hosts, all of their agents; leave out --agents, or take the strategy selective.';
  }
  if (strategy === 'selective' && hosts.length === 0 && agents.length === 0) {
    return 'A selective rollback names its hosts or agents; name them, or take the strategy immediate for all of them.';
  }
  return undefined;
}
