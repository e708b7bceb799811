/** `coordinator hosts`: every host of the inventory and what it runs. */
import type { Command } from 'commander';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
import { hostDocument } from '@outrider/shared/documents/hosts.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { table } from '@outrider/shared/cli/table.js';

export function hostsCommand(program: Command): void {
  const command = withGlobals(program.command('hosts').description('every host, and what it runs'));
  command.action(() => showHosts(globalsOf(command)));
}

export async function showHosts(globals: Globals): Promise<void> {
  const answer = await withCoordinator(globals, (remote) => remote.Hosts({}, timeLimit(globals)));
  const hosts = answer.hosts.map(hostDocument);
  show(globals, hosts, () =>
    hosts.length === 0
      ? 'There is no host yet: name hosts in the configuration, or start a sidecar with the same Redis.'
      : table(
          hosts.map((host) => [
            host.name,
            host.address,
            stateOf(host),
            host.sidecar === null ? '-' : String(host.sidecar.pid),
            labelsOf(host.labels),
            host.apps.map(appOf).join(', '),
          ]),
          ['HOST', 'ADDRESS', 'STATE', 'SIDECAR', 'LABELS', 'APPS'],
        ),
  );
}

const stateOf = (host: {
  readonly state: string;
  readonly hold: { readonly by: string } | null;
  readonly cut_off: boolean;
  readonly flapping: boolean;
}): string =>
  [
    host.state,
    ...(host.cut_off ? ['cut off'] : []),
    ...(host.flapping ? ['flapping'] : []),
    ...(host.hold === null ? [] : [`held by ${host.hold.by}`]),
  ].join(', ');

/** `gpu=true,zone=z1`, by name. */
export const labelsOf = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return pairs.length === 0 ? '-' : pairs.sort().join(',');
};

/** Of these nobody has to know: what is fetched beforehand changes nothing that runs. */
const AT_REST = ['idle', 'committed', 'staged'];

export const appOf = (app: {
  readonly app: string;
  readonly version: string | null;
  readonly phase: string;
  readonly kept: Parameters<typeof versionInWords>[1];
  readonly drifted: { readonly expected: string | null } | null;
}): string => {
  const phase = AT_REST.includes(app.phase) ? [] : [app.phase];
  const more = [...phase, ...(app.drifted === null ? [] : [`drifted from ${app.drifted.expected ?? 'nothing'}`])];
  return `${app.app} ${versionInWords(app.version ?? '-', app.kept)}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
};
