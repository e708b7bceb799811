/**
 * Freezes one incarnation as soon as it has nothing in hand: it says that it is not busy, and no connection that it has
 * accepted is open. Tries until it is told to end; then all of it runs again.
 */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** The agent may have said something that the earlier sidecar did not hear any more. */
const HEARD_AFTER_MS = 1_000;

/** How long after a takeover it is known again whether an agent is busy: each check that tells has been asked. */
export function knownAfterMs(checks: readonly Healthcheck[]): number {
  const waits = checks.map(({ method, intervalMs }) => {
    if (method.kind === 'heartbeat') return method.withinMs;
    return method.kind === 'zmq' || method.kind === 'http' ? intervalMs : 0;
  });
  return Math.max(HEARD_AFTER_MS, ...waits);
}

export interface ParkingParts {
  readonly clock: Clock;
  /** Before the first attempt. */
  readonly delayMs: number;
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
    if (parts.delayMs === 0) void this.#try();
    else this.#cancel = parts.clock.after(parts.delayMs, () => void this.#try());
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
