/** The canary, or the first wave where there is none: what a person may promote. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';

/** Some are on trial, and nobody beyond the canary (without one: the first wave) is under way. */
export function isFirstStage({ hosts, options }: Rollout): boolean {
  const first = Math.min(...hosts.map(({ wave }) => wave));
  const underWay = hosts.filter(({ state }) => state === 'switching' || state === 'trial');
  const last = Math.max(options.canaryWave ?? 0, first);
  return underWay.some(({ state }) => state === 'trial') && underWay.every(({ wave }) => wave <= last);
}

/** A person has said that it is good enough. */
export const isPromotedStage = (rollout: Rollout): boolean => rollout.promotedBy !== undefined && isFirstStage(rollout);
