/** Keeps a caller that is about to give up from hearing nothing: what keeps this coordinator from deciding is said before. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CallContext } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Inside } from './inside.js';

const LOOK_AGAIN_MS = 50;
/** Of the time that is left; the rest is for the answer to arrive in. */
const SHARE = 0.8;
/** Whoever has longer hears it from the engine. */
const PATIENCE_MS = 12_000;

/** Resolves once this process leads. Throws `OutriderError('unavailable')` in time for the caller to hear it. */
export async function untilLeading(
  { rollouts, clock }: Pick<Inside, 'rollouts' | 'clock'>,
  { leftMs, signal }: Pick<CallContext, 'leftMs' | 'signal'>,
): Promise<void> {
  const waitMs = leftMs * SHARE;
  if (waitMs >= PATIENCE_MS) return;
  const until = clock.monotonic() + waitMs;
  while (!rollouts.leadership().isLeader) {
    if (clock.monotonic() >= until || signal.aborted) throw notNow(rollouts.leadership());
    await pause(LOOK_AGAIN_MS);
  }
}

function notNow({ leader, redis }: ReturnType<Inside['rollouts']['leadership']>): OutriderError {
  const sentence =
    redis === 'down'
      ? 'Redis is away, so nothing new is decided now.'
      : `This coordinator does not lead${leader === '' ? '' : `; ${leader} does`}.`;
  return new OutriderError('unavailable', sentence);
}
