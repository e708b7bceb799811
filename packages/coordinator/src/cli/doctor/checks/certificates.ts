/** How long certificates are good for, where there are any. */
import { bad, type Check, everywhere, ok } from '../check.js';

const DAY_MS = 24 * 3_600_000;
const LEAST_DAYS = 14;

export const certificates: Check = {
  name: 'certificates',
  judge: (fleet) =>
    everywhere(fleet, ({ certificates: seen, nowMs }, host) => {
      if (seen.length === 0) return ok('no TLS is set up', host);
      const unread = seen.find(({ expiresMs }) => expiresMs === 0);
      const remedy = 'have a new one made, put it where the setting says, and restart the program (agents run on)';
      if (unread !== undefined) {
        return bad(`${unread.what} ${unread.path} is no certificate that can be read: ${unread.reason}.`, remedy, host);
      }
      const first = seen.reduce((one, other) => (other.expiresMs < one.expiresMs ? other : one));
      const days = Math.floor((first.expiresMs - nowMs) / DAY_MS);
      if (days >= LEAST_DAYS) return ok(`${first.what} is the first to end, in ${days} days`, host);
      const when = days < 0 ? `has ended ${-days} days ago` : `ends in ${days} days`;
      return bad(`${first.what} ${when}: connections are refused from then on.`, remedy, host);
    }),
};
