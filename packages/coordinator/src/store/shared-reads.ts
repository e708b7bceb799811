/**
 * Owns that a long read which anybody may ask for costs no more the more ask: one is done at a time, the same one is shared
 * by all that ask for it meanwhile and for a moment after, and where too many different ones wait, more are turned away.
 */
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const SHARED_MS = 1_000;
const MOST_WAITING = 8;

export class SharedReads<T> {
  private readonly known = new Map<string, { readonly value: Promise<T>; until: number }>();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number) {}

  /** What `read` gives, or gave to another of this key. Rejects with `OutriderError('unavailable')` where too many wait. */
  async get(key: string, read: () => Promise<T>): Promise<T> {
    for (const [old, { until }] of this.known) if (until <= this.now()) this.known.delete(old);
    const known = this.known.get(key);
    if (known !== undefined) return known.value;
    if (this.waiting >= MOST_WAITING) {
      throw new OutriderError('unavailable', 'Too many others ask for this just now. Ask again in a second.');
    }
    this.waiting += 1;
    const entry = { value: this.inTurn(read), until: Infinity };
    this.known.set(key, entry);
    try {
      return await entry.value;
    } catch (error) {
      this.known.delete(key);
      throw error;
    } finally {
      this.waiting -= 1;
      entry.until = this.now() + SHARED_MS;
    }
  }

  private inTurn(read: () => Promise<T>): Promise<T> {
    const value = this.last.then(read);
    this.last = value.catch(() => undefined);
    return value;
  }
}
