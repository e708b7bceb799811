/** Something that is loaded after what needs it: what is said to it meanwhile waits, in order and bounded. */
const MOST_WAITING = 10_000;

export class Late<T> {
  private value: T | undefined;
  private readonly waiting: ((value: T) => void)[] = [];

  get current(): T | undefined {
    return this.value;
  }

  use(act: (value: T) => void): void {
    if (this.value !== undefined) act(this.value);
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(act);
  }

  set(value: T): void {
    this.value = value;
    for (const act of this.waiting.splice(0)) act(value);
  }
}
