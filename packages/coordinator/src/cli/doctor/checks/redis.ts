/** Whether Redis answers the coordinator and every sidecar, and soon. */
import type { RedisSight } from '@outrider/shared/domain/diagnosis.js';
import { bad, type Check, everywhere, ok, skipped, type Verdict } from '../check.js';

/** Leases are renewed within seconds; an answer that takes longer endangers them. */
const SLOW_MS = 1_000;

export const redis: Check = {
  name: 'redis',
  judge: (fleet) =>
    everywhere(fleet, ({ redis: seen }, host) =>
      seen === undefined ? skipped('nothing was said of it.', host) : judge(seen, host),
    ),
};

function judge({ up, place, pingMs, reason }: RedisSight, host: string | undefined): Verdict {
  const who = host ?? 'the coordinator';
  if (!up) {
    const meaning = host === undefined ? 'Nothing new is decided until it is back' : 'Its events wait';
    return bad(
      `Redis at ${place} does not answer ${who}: ${reason} ${meaning}; agents run on.`,
      `systemctl restart redis-server; redis-cli${cliPlace(place)} ping, on the machine of ${who}`,
      host,
    );
  }
  if (pingMs <= SLOW_MS) return ok(`answers ${who} in ${pingMs} ms`, host);
  return bad(
    `Redis at ${place} takes ${pingMs} ms to answer ${who}: leases may be lost.`,
    `redis-cli${cliPlace(place)} --latency; redis-cli${cliPlace(place)} slowlog get 10`,
    host,
  );
}

function cliPlace(place: string): string {
  const parts = /^(\S+):(\d+)$/.exec(place);
  if (parts !== null) return ` -h ${parts[1] ?? ''} -p ${parts[2] ?? ''}`;
  return place.startsWith('/') ? ` -s ${place}` : '';
}
