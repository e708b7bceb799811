/** Whether a rollout stands still until a person says something, and what. */
import type { Rollout } from './rollout.js';

/** `hold`: it has failed. `promotion`: of its canary. `resume`: a person, a gate or a hook has paused it. */
export type WaitsFor = 'hold' | 'promotion' | 'resume';

type Standing = Pick<Rollout, 'paused' | 'awaiting' | 'holding'>;

export function waitsFor({ paused, awaiting, holding }: Standing): WaitsFor | undefined {
  if (holding !== undefined) return 'hold';
  if (awaiting !== undefined) return 'promotion';
  return paused ? 'resume' : undefined;
}

export const WAITS_IN_WORDS: { readonly [W in WaitsFor]: string } = {
  hold: 'on hold',
  promotion: 'waits to be promoted',
  resume: 'paused',
};
