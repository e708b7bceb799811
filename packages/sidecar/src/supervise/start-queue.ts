/**
 * Paces starts: only so many instances are on their way to ready at once, so that a storm of them does not starve
 * the ones that are nearly there. Decides when, never whether.
 */
import type { Clock } from '@outrider/shared/runtime/clock.js';

/** Slow ones are waited for no longer. */
const PATIENCE_MS = 5_000;

interface Waiting {
  readonly id: string;
  readonly level: number;
  readonly launch: () => void;
}

export class StartQueue {
  readonly #clock: Clock;
  readonly #most: number;
  #waiting: Waiting[] = [];
  /** Ids that are on their way, with what ends the wait for them. */
  readonly #starting = new Map<string, () => void>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = Math.max(1, most);
  }

  /** Lower levels go first. `launch` is called at once where there is room. */
  ask(id: string, level: number, launch: () => void): void {
    const before = this.#waiting.findIndex((other) => other.level > level);
    this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, { id, level, launch });
    this.#next();
  }

  /** It is ready, or no more. */
  done(id: string): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.id !== id);
    this.#starting.get(id)?.();
    if (this.#starting.delete(id)) this.#next();
  }

  #next(): void {
    while (this.#starting.size < this.#most) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#starting.set(
        next.id,
        this.#clock.after(PATIENCE_MS, () => this.done(next.id)),
      );
      next.launch();
    }
  }
}
