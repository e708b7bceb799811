import { setTimeout as pause } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long to wait at most; default 20 s. Generous: a slow machine must not fail a test. */
  readonly timeoutMs?: number;
  readonly everyMs?: number;
  /** Says what is awaited, for the failure; called when it has failed, so it may show the last state. */
  readonly describe?: string | (() => string);
}

type Nothing = ReturnType<() => void>;

/** Milliseconds, or all of it. A condition that may give `undefined` besides values is refused: it could mean both. */
type Rest<T> =
  undefined extends Awaited<T>
    ? Awaited<T> extends Nothing
      ? [options?: number | EventuallyOptions]
      : [never]
    : [options?: number | EventuallyOptions];

/**
 * Waits until `condition` neither throws nor gives false or null, and returns what it gives. So both forms work:
 * `eventually(() => list.length === 2)` and `eventually(() => expect(list).toHaveLength(2))`. Rejects with what was
 * awaited and the last error.
 */
export async function eventually<T>(
  condition: () => T,
  ...[given]: Rest<T>
): Promise<Exclude<Awaited<T>, false | null>> {
  const options: EventuallyOptions = typeof given === 'number' ? { timeoutMs: given } : (given ?? {});
  const { timeoutMs = 20_000, everyMs = 20, describe = 'the condition' } = options;
  const began = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null) return value as Exclude<Awaited<T>, false | null>;
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
