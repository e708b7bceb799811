/** One writer: whatever happens becomes a short synchronous turn, one after another. Nothing in it waits. */
export class Mailbox {
  readonly #turns: (() => void)[] = [];
  readonly #settle: () => void;
  readonly #told: () => void;
  #busy = false;

  /** `settle` is a turn after all that were posted; `told` comes after it and may post anew. */
  constructor(settle: () => void, told: () => void) {
    this.#settle = settle;
    this.#told = told;
  }

  post(turn: () => void): void {
    this.#turns.push(turn);
    if (this.#busy) return;
    this.#busy = true;
    try {
      do {
        for (let next = this.#turns.shift(); next !== undefined; next = this.#turns.shift()) next();
        this.#settle();
      } while (this.#turns.length > 0);
    } finally {
      this.#busy = false;
    }
    this.#told();
  }
}
