/**
 * A value as it changes: at once, then after each change. Changes that come close together come as one, and a slow
 * reader is given the latest only.
 */
export interface LatestOptions<T> {
  readonly read: () => T;
  /** Returns a function that ends it. */
  readonly onChange: (listener: () => void) => () => void;
  readonly coalesceMs: number;
  readonly signal: AbortSignal;
}

export async function* latest<T>({ read, onChange, coalesceMs, signal }: LatestOptions<T>): AsyncGenerator<T> {
  let changed = true;
  let wake: () => void = () => undefined;
  const notify = (): void => wake();
  const unsubscribe = onChange(() => {
    changed = true;
    notify();
  });
  signal.addEventListener('abort', notify);
  try {
    while (!signal.aborted) {
      if (changed) {
        changed = false;
        yield read();
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted) resolve();
        });
        await pause(coalesceMs, signal);
      }
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', notify);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
