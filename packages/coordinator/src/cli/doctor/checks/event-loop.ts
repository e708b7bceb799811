/** Whether a program was held up: everything that it does waits then, renewals of leases too. */
import { bad, type Check, everywhere, ok } from '../check.js';

const MOST_MS = 1_000;

export const eventLoop: Check = {
  name: 'event-loop',
  judge: (fleet) =>
    everywhere(fleet, ({ loopLagMs }, host) => {
      if (loopLagMs <= MOST_MS) return ok(`never held up for more than ${loopLagMs} ms in the last minute`, host);
      const who = host === undefined ? 'The coordinator' : `The sidecar of ${host}`;
      return bad(
        `${who} was held up for ${(loopLagMs / 1000).toFixed(1)} s in the last minute: the machine is short of CPU or memory, or it was stopped.`,
        `${host === undefined ? '' : `on ${host}: `}uptime; vmstat 1 5; cat /proc/pressure/cpu /proc/pressure/memory`,
        host,
      );
    }),
};
