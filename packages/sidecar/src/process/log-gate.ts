/** Many may read, or one may free: neither sees the other half way. Whoever wants to free is let in before new readers. */
export class LogGate {
  #readers = 0;
  #freeing: Promise<void> | undefined;
  #empty: (() => void) | undefined;

  async reading<T>(read: () => T | Promise<T>): Promise<T> {
    while (this.#freeing !== undefined) await this.#freeing;
    this.#readers += 1;
    try {
      return await read();
    } finally {
      this.#readers -= 1;
      if (this.#readers === 0) this.#empty?.();
    }
  }

  async freeing<T>(free: () => Promise<T>): Promise<T> {
    while (this.#freeing !== undefined) await this.#freeing;
    let over: () => void = () => undefined;
    this.#freeing = new Promise((resolve) => (over = resolve));
    try {
      if (this.#readers > 0) await new Promise<void>((resolve) => (this.#empty = resolve));
      return await free();
    } finally {
      this.#empty = undefined;
      this.#freeing = undefined;
      over();
    }
  }
}
