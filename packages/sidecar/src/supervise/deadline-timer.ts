/** The one timer for the one deadline that an instance has: set anew it replaces the one before. Only wakes. */
import type { Clock } from '@outrider/shared/runtime/clock.js';

export class DeadlineTimer {
  #set: { readonly at: number; readonly cancel: () => void } | undefined;

  /** `now` is on the clock of the deadlines; `due` is told how late it was noticed, in milliseconds. */
  constructor(
    private readonly clock: Pick<Clock, 'after'>,
    private readonly now: () => number,
    private readonly due: (lateMs: number) => void,
  ) {}

  /** Undefined: there is none. */
  set(at: number | undefined): void {
    if (at === this.#set?.at) return;
    this.cancel();
    if (at === undefined) return;
    const cancel = this.clock.after(at - this.now(), () => {
      this.#set = undefined;
      this.due(Math.max(0, this.now() - at));
    });
    this.#set = { at, cancel };
  }

  cancel(): void {
    this.#set?.cancel();
    this.#set = undefined;
  }
}
