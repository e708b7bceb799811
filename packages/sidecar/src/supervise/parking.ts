/**
 * Freezes one incarnation as soon as it has nothing in hand: it says that it is not busy, and no connection that it has
 * accepted is open. Tries until it is told to end; then all of it runs again.
 */
import type { Clock } from '@outrider/shared/runtime/clock.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

export interface ParkingParts {
  readonly clock: Clock;
  /** By its own word. */
  readonly isBusy: () => boolean;
  /** Undefined: all of it stands still. Else why not. */
  readonly freeze: () => Promise<string | undefined>;
  readonly thaw: () => void;
  readonly frozen: () => void;
}

export class Parking {
  readonly #parts: ParkingParts;
  #pauseMs = FIRST_PAUSE_MS;
  #isOver = false;
  #isTrying = false;
  #cancel: () => void = () => undefined;
  /** Why it was not frozen when that was tried last; ''. */
  #why = '';

  constructor(parts: ParkingParts) {
    this.#parts = parts;
    void this.#try();
  }

  get why(): string {
    return this.#why;
  }

  /** It is thawed now, or when the attempt that is under way has ended. */
  end(): void {
    this.#isOver = true;
    this.#cancel();
    if (!this.#isTrying) this.#parts.thaw();
  }

  async #try(): Promise<void> {
    const { clock, isBusy, freeze, thaw, frozen } = this.#parts;
    this.#isTrying = true;
    const why = isBusy() ? 'it says that it is busy' : await freeze();
    this.#isTrying = false;
    if (this.#isOver) thaw();
    else if (why === undefined) frozen();
    else {
      this.#why = why;
      this.#cancel = clock.after(this.#pauseMs, () => void this.#try());
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 1.5);
    }
  }
}
