/** Time as the host's decisions see it: on the boot clock, so that a wall clock that jumps changes nothing. */

export interface Moment {
  /** Of /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  /** CLOCK_BOOTTIME, milliseconds. */
  readonly sinceBootMs: number;
  /** RFC 3339, for people only. */
  readonly wall: string;
}

/** A point of the boot clock; of another boot, it is long over. */
export interface Deadline {
  readonly bootId: string;
  readonly sinceBootMs: number;
}

export const deadlineAfter = (at: Moment, ms: number): Deadline => ({
  bootId: at.bootId,
  sinceBootMs: at.sinceBootMs + ms,
});

/** Milliseconds until then; 0: over. */
export const leftOf = (deadline: Deadline, at: Moment): number =>
  deadline.bootId === at.bootId ? Math.max(0, deadline.sinceBootMs - at.sinceBootMs) : 0;

/** `120 s`, `1.5 s`. */
export const inSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
