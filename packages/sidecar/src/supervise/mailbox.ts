/**
 * One writer: whatever happens becomes a short synchronous turn, one after another. Nothing in it waits. What comes in
 * by itself is settled together: many agents that end at once are looked at once.
 */
export class Mailbox {
  readonly #turns: (() => void)[] = [];
  readonly #settle: () => void;
  readonly #told: () => void;
  #busy = false;
  /** A turn was taken and not settled yet; it will be before anything else is done. */
  #unsettled = false;

  /** `settle` is a turn after all that were posted; `told` comes after it and may post anew. */
  constructor(settle: () => void, told: () => void) {
    this.#settle = settle;
    this.#told = told;
  }

  post(turn: () => void): void {
    this.#turns.push(turn);
    if (this.#busy) return;
    this.#exclusively(() => {
      do {
        this.#takeTurns();
        this.#settle();
      } while (this.#turns.length > 0);
    });
    this.#unsettled = false;
    this.#told();
  }

  /** The turn is taken now, as with `post`; settling comes after all else that happens in this moment. */
  postSoon(turn: () => void): void {
    this.#turns.push(turn);
    if (this.#busy) return;
    this.#exclusively(() => this.#takeTurns());
    if (this.#unsettled) return;
    this.#unsettled = true;
    queueMicrotask(() => {
      if (this.#unsettled) this.post(() => undefined);
    });
  }

  #takeTurns(): void {
    for (let next = this.#turns.shift(); next !== undefined; next = this.#turns.shift()) next();
  }

  #exclusively(work: () => void): void {
    this.#busy = true;
    try {
      work();
    } finally {
      this.#busy = false;
    }
  }
}
