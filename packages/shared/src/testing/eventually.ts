import { setTimeout as pause } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long to wait at most; default 20 s. Generous: a slow machine must not fail a test. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Says what is awaited, for the failure; called when it has failed, so it may show the last state. */
  readonly describe?: string | (() => string);
}

/**
 * Waits until `condition` gives something other than false, undefined or null, and returns it. A condition that
 * throws does not hold yet. Rejects with what was awaited and the last error.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 20, describe = 'the condition' }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined | null>> {
  const began = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== undefined && value !== null) {
        return value as Exclude<T, false | undefined | null>;
      }
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() - began >= timeoutMs) break;
    await pause(everyMs);
  }
  const what = typeof describe === 'string' ? describe : describe();
  const why = last instanceof Error ? `; last error: ${last.message}` : '';
  throw new Error(`Waited ${Math.round(timeoutMs / 100) / 10} s in vain for ${what}${why}`, { cause: last });
}
