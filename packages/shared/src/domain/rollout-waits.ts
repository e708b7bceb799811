/** Whether a rollout stands still until a person says something, and what. */
import type { Rollout } from './rollout.js';

/** `hold`: it has failed. `promotion`: of its canary. `gate`: one is inconclusive. `resume`: a person has paused it. */
export type WaitsFor = 'hold' | 'promotion' | 'gate' | 'resume';

type Standing = Pick<Rollout, 'paused' | 'pausedFor' | 'awaiting' | 'holding'>;

export function waitsFor({ paused, pausedFor, awaiting, holding }: Standing): WaitsFor | undefined {
  if (holding !== undefined) return 'hold';
  if (awaiting !== undefined) return 'promotion';
  if (!paused) return undefined;
  return pausedFor === undefined ? 'resume' : 'gate';
}

export const WAITS_IN_WORDS: { readonly [W in WaitsFor]: string } = {
  hold: 'on hold',
  promotion: 'waits to be promoted',
  gate: 'paused, for a gate',
  resume: 'paused',
};
