/** `coordinator status`: the fleet in one look. */
import type { Command } from 'commander';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
import type { AppSummary__Output } from '@outrider/shared/gen/outrider/v1/AppSummary.js';
import { type WaitsFor, WAITS_IN_WORDS } from '@outrider/shared/domain/rollout-waits.js';
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
      apps: status.apps.map(appDocument),
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
        ...document.apps.flatMap(appRows),
      ];
      return table(rows);
    });
  });
}

const appDocument = ({ onTrial, waitsFor, specDigests, ...app }: AppSummary__Output) => ({
  app: app.app,
  version: app.version ?? null,
  ...{ digest: app.digest ?? null, spec_digests: specDigests },
  kept: app.kept,
  on_trial: onTrial,
  rollout: app.rollout ?? null,
  phase: app.phase ?? null,
  waits_for: waitsFor ?? null,
  explained: app.explained ?? null,
});

export interface AppInStatus {
  readonly app: string;
  readonly version: string | null;
  readonly kept: Parameters<typeof versionInWords>[1];
  readonly on_trial: readonly { readonly version: string; readonly hosts: readonly string[] }[];
  readonly rollout: string | null;
  readonly phase: string | null;
  readonly waits_for: string | null;
  readonly explained: string | null;
}

/** What it runs and where its rollout is; and where that needs a person, what it says of itself. */
export function appRows(app: AppInStatus): string[][] {
  const { version, kept, rollout, phase, explained } = app;
  const waits = WAITS_IN_WORDS[app.waits_for as WaitsFor] as string | undefined;
  const parts = [
    version === null ? 'runs nowhere' : versionInWords(version, kept),
    ...app.on_trial.map((trial) => `${trial.version} on trial on ${trial.hosts.join(', ')}`),
    ...(rollout === null ? [] : [`${rollout} ${phase ?? ''}${waits === undefined ? '' : `, ${waits}`}`]),
  ];
  const needsPerson = waits !== undefined || phase === 'stuck';
  const more = needsPerson && explained !== null ? [[`needs you`, explained]] : [];
  return [[`app ${app.app}`, parts.join('; ')], ...more];
}
