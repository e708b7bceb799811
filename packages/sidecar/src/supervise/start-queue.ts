/**
 * Paces starts: only so many instances are on their way to ready at once, so that a storm of them does not starve
 * the ones that are nearly there. Decides when, never whether; what a person asks for goes ahead of all of it.
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

  /** Lower levels go first. `launch` is called at once where there is room, or where it goes `ahead`. */
  ask(id: string, level: number, launch: () => void, ahead = false): void {
    if (ahead) {
      this.#launch({ id, level, launch });
      return;
    }
    const before = this.#waiting.findIndex((other) => other.level > level);
    this.#waiting.splice(before < 0 ? this.#waiting.length : before, 0, { id, level, launch });
    this.#next();
  }

  /** Whoever waits for its turn need not any more. */
  hurry(id: string): void {
    const found = this.#waiting.find((waiting) => waiting.id === id);
    if (found === undefined) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    this.#launch(found);
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
      this.#launch(next);
    }
  }

  #launch({ id, launch }: Waiting): void {
    this.#starting.set(
      id,
      this.#clock.after(PATIENCE_MS, () => this.done(id)),
    );
    launch();
  }
}
