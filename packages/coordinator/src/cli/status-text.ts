/** `coordinator status` for people. Loads next to nothing: it is a part of the quickest command. */
import { table } from '@outrider/shared/cli/table.js';
import type { FleetDocument } from '@outrider/shared/documents/fleet.js';
import { versionInWords } from '@outrider/shared/domain/agent-release.js';
import { type WaitsFor, WAITS_IN_WORDS } from '@outrider/shared/domain/rollout-waits.js';

export function statusText(status: FleetDocument): string {
  const { environment, state, missing, leader, redis, hosts, held, drifted, flapping, agents, apps } = status;
  const lacks = missing.length === 0 ? '' : ` (${missing.join(', ')})`;
  return table([
    ['environment', environment],
    ['state', `${state}${lacks}`],
    ['leader', leader === '' ? 'nobody' : leader],
    ['redis', redis],
    ['hosts', `${hosts.up} of ${hosts.total} up`],
    ...(held.length === 0 ? [] : [['held', `${held.join(', ')}; see \`coordinator host ls\``]]),
    ...drifted.map(({ host, app, version, expected, rollout }) => [
      `drifted ${host}`,
      `${app} ${version ?? 'nothing'} instead of ${expected ?? 'nothing'} (${rollout})`,
    ]),
    ...(flapping.length === 0 ? [] : [['flapping', flapping.join(', ')]]),
    ['agents', `${agents.ready} of ${agents.total} ready`],
    ...apps.flatMap(appRows),
  ]);
}

type AppInStatus = Omit<FleetDocument['apps'][number], 'digest' | 'spec_digests'>;

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
