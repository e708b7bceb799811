/** For tests of what comes after: a host without trusted_keys, of which nothing is to be told. */
import type { HealthSource, ReleaseChecks, SelfLook, Trust } from '../link/ports.js';
/** For tests of what comes after: a host without trusted_keys. */

export const TRUSTS_ALL: Trust = {
  problemOf: () => undefined,
  admit: () => undefined,
  allow: () => undefined,
  problemOfHook: () => undefined,
};

export const NOTHING_TO_CHECK: ReleaseChecks = {
  checkAll: async () => ({ damaged: [], mended: [], problems: [], files: 0, bytes: 0 }),
};

export const NO_HEALTH: HealthSource = { trends: () => [], testHealth: async () => [] };
export const NOBODY_LOOKS: SelfLook = {
  now: () => Date.now(),
  diagnose: async () => {
    throw new Error('Nobody asks for it here.');
  },
  ask: async () => [],
};
