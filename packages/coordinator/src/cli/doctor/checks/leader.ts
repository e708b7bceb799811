/** Whether some coordinator holds the lease: only it decides. */
import { bad, type Check, COORDINATOR_AWAY, ok, skipped } from '../check.js';

export const leader: Check = {
  name: 'leader',
  judge: ({ coordinator }) => {
    if (coordinator === undefined) return [skipped(COORDINATOR_AWAY)];
    const { leader: holder = '' } = coordinator;
    if (holder !== '') return [ok(`${holder} leads`)];
    return [
      bad(
        'No coordinator leads: no rollout begins, goes on or is renewed, and hosts on trial go back.',
        'start one that is not --read-only: systemctl start outrider-coordinator; with Redis away nobody can lead',
      ),
    ];
  },
};
