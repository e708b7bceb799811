/** Has a sidecar say what it sees, and measures on the way how far its clock is off ours. */
import type { Diagnosis, QuestionAnswer } from '../domain/diagnosis.js';
import type { SidecarRemote } from './client.js';
import { readAnswers, readDiagnosis } from './codec.js';
import type { CallOptions } from './methods.js';

const CLOCK_MS = 2_000;

/**
 * The clock is asked by a short call of its own: a whole look takes seconds, and half of that would be what nobody knows.
 * Rejects with the call's `OutriderError`.
 */
export async function diagnoseHost(remote: SidecarRemote, options: CallOptions): Promise<Diagnosis> {
  const diagnosis = readDiagnosis(await remote.Diagnose({}, options));
  const clock = await clockOf(remote, options);
  return { ...diagnosis, ...clock };
}

async function clockOf(
  remote: SidecarRemote,
  options: CallOptions,
): Promise<Pick<Diagnosis, 'clockAheadMs' | 'roundTripMs'>> {
  const before = Date.now();
  const began = performance.now();
  const { nowMs } = await remote.Diagnose({ clockOnly: true }, { ...options, timeoutMs: CLOCK_MS });
  const roundTripMs = Math.round(performance.now() - began);
  return { clockAheadMs: Math.round(nowMs - (before + roundTripMs / 2)), roundTripMs };
}

export const askHostsFrom = async (
  remote: SidecarRemote,
  endpoints: readonly string[],
  options: CallOptions,
): Promise<readonly QuestionAnswer[]> => readAnswers(await remote.AskHosts({ endpoints: [...endpoints] }, options));
