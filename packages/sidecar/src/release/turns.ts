/** Lets others have their turn: long work is done in synchronous calls, which are quick, and few of them at a time. */
import { setImmediate } from 'node:timers/promises';

export class Turns {
  private until: number;

  constructor(
    private readonly sliceMs: number,
    private readonly signal?: AbortSignal,
  ) {
    this.until = performance.now() + sliceMs;
  }

  /** To be awaited after each step. Undefined: go on. Rejects with the reason of the signal once that is aborted. */
  pause(): Promise<void> | undefined {
    return performance.now() < this.until ? undefined : this.pass();
  }

  private async pass(): Promise<void> {
    await setImmediate();
    this.signal?.throwIfAborted();
    this.until = performance.now() + this.sliceMs;
  }
}
