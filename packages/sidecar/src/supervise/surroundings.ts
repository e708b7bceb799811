/** The small world of an instance: what it may ask, and whom it tells. */
import type { Followed } from '../agent/view.js';
import type { LiveInstance } from './live-instance.js';
import type { StartQueue } from './start-queue.js';
import type { SupervisorParts } from './supervisor-parts.js';

/** What an instance asks of the supervisor that owns it. */
export interface Surroundings {
  readonly parts: SupervisorParts;
  readonly starts: StartQueue;
  /** Milliseconds of the clock of `Instance`. */
  readonly at: () => number;
  /** The host is going down: nothing is started any more. */
  readonly ending: () => boolean;
  /** Runs `work` in a turn. */
  readonly turn: (work: () => void) => void;
  readonly changed: (live: LiveInstance) => void;
  /** Its place in the order of dependencies. */
  readonly level: (live: LiveInstance) => number;
  /** Whether a start that fails is a failure. */
  readonly strict: (live: LiveInstance) => boolean;
  /** See `View.followed`: as it is now. */
  readonly followed: (live: LiveInstance) => Followed;
  /** Those of its addresses that another running instance may listen on too. */
  readonly shared: (live: LiveInstance) => readonly string[];
}
