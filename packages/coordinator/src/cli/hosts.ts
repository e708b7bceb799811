/** `coordinator hosts`: every host of the inventory and what it runs. */
import type { Command } from 'commander';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
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
  const hosts = answer.hosts.map(({ name, address, state, sidecar, apps, labels, hold }) => ({
    name,
    address,
    state,
    sidecar: sidecar === null ? null : { pid: sidecar.pid, version: sidecar.version, started_at: sidecar.startedAt },
    apps: apps.map(({ app, version, previous, phase, kept }) => ({
      app,
      version: version ?? null,
      previous: previous ?? null,
      ...{ phase, kept },
    })),
    labels,
    hold,
  }));
  show(globals, hosts, () =>
    hosts.length === 0
      ? 'There is no host yet: name hosts in the configuration, or start a sidecar with the same Redis.'
      : table(
          hosts.map((host) => [
            host.name,
            host.address,
            host.hold === null ? host.state : `${host.state}, held by ${host.hold.by}`,
            host.sidecar === null ? '-' : String(host.sidecar.pid),
            host.apps
              .map((app) => `${app.app} ${versionInWords(app.version ?? '-', app.kept)} (${app.phase})`)
              .join(', '),
          ]),
          ['HOST', 'ADDRESS', 'STATE', 'SIDECAR', 'APPS'],
        ),
  );
}
