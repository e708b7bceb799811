/** Why the agents of a rollout were replaced, for people: each reason once, with the hosts that it was one on. */
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { table } from '@outrider/shared/cli/table.js';

/** '': none was. */
export function reasonsText(hosts: Plan['hosts']): string {
  const found = new Map<string, { readonly agent: string; readonly why: string; readonly on: Set<string> }>();
  for (const { host, app, actions } of hosts) {
    for (const { agent, action, why } of actions) {
      if (action !== 'replace') continue;
      const name = app === undefined ? agent : `${app}/${agent}`;
      const key = JSON.stringify([name, why]);
      const known = found.get(key) ?? { agent: name, why, on: new Set() };
      known.on.add(host);
      found.set(key, known);
    }
  }
  const rows = [...found.values()].map(({ agent, why, on }) => ['  ~', agent, why, `on ${[...on].join(', ')}`]);
  return rows.length === 0 ? '' : table(rows);
}
