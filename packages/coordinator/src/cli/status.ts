/** `coordinator status`: the fleet in one look. */
import type { Command } from 'commander';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
import { timeLimit, withCoordinator } from './connection.js';
import { globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { table } from '@outrider/shared/cli/table.js';

export function statusCommand(program: Command): void {
  const command = withGlobals(program.command('status').description('the fleet in one look'));
  command.action(async () => {
    const globals = globalsOf(command);
    const status = await withCoordinator(globals, (remote) => remote.Status({}, timeLimit(globals)));
    const document = {
      environment: status.environment,
      state: status.state,
      missing: status.missing,
      leader: status.leader,
      redis: status.redis,
      hosts: { total: status.hostsTotal, up: status.hostsUp },
      held: status.held,
      drifted: status.drifted.map(({ host, app, version, expected, rollout }) => ({
        ...{ host, app, version: version ?? null, expected: expected ?? null, rollout },
      })),
      flapping: status.flapping,
      agents: { total: status.agentsTotal, ready: status.agentsReady },
      apps: status.apps.map(({ app, version, rollout, phase, kept }) => ({
        app,
        version: version ?? null,
        kept,
        rollout: rollout ?? null,
        phase: phase ?? null,
      })),
    };
    show(globals, document, () => {
      const missing = status.missing.length === 0 ? '' : ` (${status.missing.join(', ')})`;
      const rows = [
        ['environment', status.environment],
        ['state', `${status.state}${missing}`],
        ['leader', status.leader === '' ? 'nobody' : status.leader],
        ['redis', status.redis],
        ['hosts', `${status.hostsUp} of ${status.hostsTotal} up`],
        ...(status.held.length === 0 ? [] : [['held', `${status.held.join(', ')}; see \`coordinator host ls\``]]),
        ...document.drifted.map(({ host, app, version, expected, rollout }) => [
          `drifted ${host}`,
          `${app} ${version ?? 'nothing'} instead of ${expected ?? 'nothing'} (${rollout})`,
        ]),
        ...(status.flapping.length === 0 ? [] : [['flapping', status.flapping.join(', ')]]),
        ['agents', `${status.agentsReady} of ${status.agentsTotal} ready`],
        ...document.apps.map((app) => [
          `app ${app.app}`,
          `${app.version === null ? 'runs nowhere' : versionInWords(app.version, app.kept)}${app.rollout === null ? '' : `; ${app.rollout} ${app.phase ?? ''}`}`,
        ]),
      ];
      return table(rows);
    });
  });
}
