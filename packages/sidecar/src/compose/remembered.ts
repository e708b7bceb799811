/** Asks again only when the last answer is older than `freshMs`. `monotonic`: milliseconds that never jump. */
export function remembered<T>(ask: () => T, freshMs: number, monotonic: () => number): () => T {
  let last: { readonly at: number; readonly answer: T } | undefined;
  return () => {
    const at = monotonic();
    if (last === undefined || at - last.at > freshMs) last = { at, answer: ask() };
    return last.answer;
  };
}
