/** Whether there is a coordinator to ask at all. */
import { bad, type Check, ok } from '../check.js';

export const coordinator: Check = {
  name: 'coordinator',
  judge: ({ coordinator: seen, endpoint, problem = 'it does not answer.' }) => [
    seen === undefined
      ? bad(
          `Nobody answers at ${endpoint}: ${problem} Agents run on; hosts on trial go back by themselves.`,
          'systemctl status outrider-coordinator; journalctl -u outrider-coordinator -n 50',
        )
      : ok(`answers at ${endpoint}, version ${seen.version}`),
  ],
};
