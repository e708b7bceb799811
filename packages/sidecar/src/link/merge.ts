/** Several streams as one, each item as it comes; holds at most one item of each. Ends when all have, fails when one does. */
export async function* merge<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const ready: { readonly item: T; readonly taken: () => void }[] = [];
  let running = sources.length;
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  let wake: () => void = () => undefined;

  const pump = async (source: AsyncIterable<T>): Promise<void> => {
    try {
      for await (const item of source) {
        if (ended) return;
        await new Promise<void>((taken) => {
          ready.push({ item, taken });
          wake();
        });
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      running -= 1;
      wake();
    }
  };
  for (const source of sources) void pump(source);

  try {
    for (;;) {
      const next = ready.shift();
      if (next !== undefined) {
        yield next.item;
        next.taken();
      } else if (failure !== undefined) throw failure.error;
      else if (running === 0) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    // The sources end by their own signal; what still waits to be taken is let go.
    ended = true;
    for (const { taken } of ready) taken();
  }
}
