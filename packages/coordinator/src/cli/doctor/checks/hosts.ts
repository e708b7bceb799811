/** Whether the sidecar of each host can be asked. */
import { bad, type Check, ok } from '../check.js';

export const hosts: Check = {
  name: 'hosts',
  judge: ({ hosts: all }) =>
    all.length === 0
      ? [
          bad(
            'No host is known: nothing can be released, and nothing of hosts is looked at here.',
            'name hosts in coordinator.yaml, or start a sidecar with the same Redis; then `coordinator hosts`',
          ),
        ]
      : all.map(({ name, endpoint, diagnosis, problem = 'it does not answer.' }) =>
          diagnosis === undefined
            ? bad(
                `The sidecar of ${name} cannot be asked at ${endpoint}: ${problem} Its agents run on, and nobody restarts them.`,
                `on ${name}: systemctl status outrider-sidecar; journalctl -u outrider-sidecar -n 50`,
                name,
              )
            : ok(`answers at ${endpoint}`, name),
        ),
};
