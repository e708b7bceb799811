/**
 * How long certificates are good for, of all that our own programs speak TLS with: Redis, and the Prometheus of the
 * settings. Our listeners have none.
 */
import type { CertificateSight } from '@outrider/shared/domain/diagnosis.js';
import { bad, type Check, everywhere, ok, type Verdict } from '../check.js';

const DAY_MS = 24 * 3_600_000;
const LEAST_DAYS = 14;
const OF_FILE = 'have a new one made, put it where the setting says, and restart the program (agents run on)';

export const certificates: Check = {
  name: 'certificates',
  judge: (fleet) =>
    everywhere(fleet, ({ certificates: seen, nowMs }, host) =>
      seen.length === 0
        ? ok(host === undefined ? 'no TLS is set up to Redis or Prometheus' : 'no TLS is set up to Redis', host)
        : judge(seen, nowMs, host),
    ),
};

function judge(seen: readonly CertificateSight[], nowMs: number, host: string | undefined): Verdict {
  const unread = seen.find(({ expiresMs }) => expiresMs === 0);
  if (unread !== undefined) {
    return bad(`${nameOf(unread)} is no certificate that can be read: ${unread.reason}.`, remedyOf(unread), host);
  }
  const first = seen.reduce((one, other) => (other.expiresMs < one.expiresMs ? other : one));
  const days = Math.floor((first.expiresMs - nowMs) / DAY_MS);
  if (days >= LEAST_DAYS) return ok(`of ${seen.length}, ${nameOf(first)} is the first to end, in ${days} days`, host);
  const when = days < 0 ? `has ended ${-days} days ago` : `ends in ${days} days`;
  return bad(`${nameOf(first)} ${when}: connections are refused from then on.`, remedyOf(first), host);
}

/** One that a server shows has its address; one of a file has the key of its setting. */
const nameOf = ({ what, path }: CertificateSight): string => (path === '' ? what : `${what} at ${path}`);

const remedyOf = ({ path }: CertificateSight): string =>
  path === '' ? OF_FILE : `openssl s_client -connect ${path}; have that server given a new one`;
