import { readFileSync } from 'node:fs';

/** Where time comes from; tests give their own. */
export interface Clock {
  /** Epoch milliseconds; may jump. */
  now(): number;
  /** Milliseconds of this process; never jumps, stands still while the machine sleeps. */
  monotonic(): number;
  /** Milliseconds since the machine's boot (CLOCK_BOOTTIME, steps of 10 ms); goes on while it sleeps. */
  sinceBoot(): number;
  /** Calls back once; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** Longest that setTimeout can wait; longer waits are cut and, for callers that recompute, harmless. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};

/** RFC 3339 in UTC with milliseconds. */
export const rfc3339 = (epochMs: number): string => new Date(epochMs).toISOString();
