/** Ends a wait for somebody who sends nothing for too long. */
import type { Clock } from '../../runtime/clock.js';

export class Silence {
  private readonly abort = new AbortController();
  private cancel: () => void = () => undefined;

  /** Counts from now on. `ms`: so long is too long. */
  constructor(
    private readonly clock: Pick<Clock, 'after'>,
    private readonly ms: number,
  ) {
    this.heard();
  }

  /** Aborted once it was silent for too long. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Something came. */
  readonly heard = (): void => {
    this.end();
    this.cancel = this.clock.after(this.ms, () => this.abort.abort());
  };

  /** Nothing is waited for any more. */
  end(): void {
    this.cancel();
  }
}
