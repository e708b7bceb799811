/** Whether the clocks of hosts agree with the coordinator's. Nothing of ours is decided by them; people and logs are. */
import { bad, type Check, eachHost, ok, skipped } from '../check.js';

const MOST_MS = 2_000;

export const clock: Check = {
  name: 'clock',
  judge: (fleet) =>
    eachHost(fleet, ({ clockAheadMs, roundTripMs }, { name }) => {
      if (clockAheadMs === undefined) return skipped('it did not say its time.', name);
      const off = Math.abs(clockAheadMs);
      // Where in the round trip the answer was given nobody knows.
      if (off - roundTripMs / 2 <= MOST_MS) return ok(`within ${off} ms of the clock of whoever asked`, name);
      return bad(
        `The clock of ${name} is ${(off / 1000).toFixed(1)} s ${clockAheadMs > 0 ? 'ahead' : 'behind'}: ` +
          'events and logs of the fleet stand in the wrong order, certificates and tokens of agents may seem expired.',
        `on ${name}: timedatectl set-ntp true; timedatectl timesync-status`,
        name,
      );
    }),
};
