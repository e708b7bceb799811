import type { RolloutHostState } from '@outrider/shared/domain/rollout.js';

/** Of hosts that are given up, for all that can be told: the rollout ends stuck, unless they come after all. */
export const LOST_STATES: readonly RolloutHostState[] = ['failed', 'unreachable'];
