/** Whether the programs of the fleet are of one version. */
import { bad, type Check, COORDINATOR_AWAY, eachHost, ok, skipped, type Verdict } from '../check.js';

export const versions: Check = {
  name: 'versions',
  judge: (fleet) => {
    const expected = fleet.coordinator?.version ?? fleet.version;
    const own: Verdict[] =
      fleet.coordinator === undefined
        ? [skipped(COORDINATOR_AWAY)]
        : [
            fleet.version === expected
              ? ok(`coordinator and command line are ${expected}`)
              : bad(
                  `The coordinator is ${expected}, this command line ${fleet.version}: it may not know what the other says.`,
                  `install ${expected} here, or upgrade the coordinator`,
                ),
          ];
    const each = eachHost(fleet, ({ version }, { name }) =>
      version === expected
        ? ok(`its sidecar is ${version}`, name)
        : bad(
            `The sidecar of ${name} is ${version}, the coordinator ${expected}: what only one of them knows is refused.`,
            `install ${expected} on ${name}, then there: systemctl restart outrider-sidecar (agents run on)`,
            name,
          ),
    );
    return [...own, ...each];
  },
};
