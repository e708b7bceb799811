/** Several streams as one, each item as it comes. Waits on all of them, buffers none. */
export async function* merge<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = async (index: number): Promise<{ index: number; result: IteratorResult<T> }> => ({
    index,
    result: await (iterators[index] as AsyncIterator<T>).next(),
  });
  const waiting = new Map(iterators.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values());
      if (result.done === true) waiting.delete(index);
      else {
        waiting.set(index, next(index));
        yield result.value;
      }
    }
  } finally {
    // Whoever ends this has ended the sources by their signal; an iterator that still waits must not hold us up.
    for (const [index, promise] of waiting) {
      promise.catch(() => undefined);
      iterators[index]?.return?.().catch(() => undefined);
    }
  }
}
