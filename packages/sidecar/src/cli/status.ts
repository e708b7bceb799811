/** `sidecar status`: this host's releases and agents. */
import type { Command } from 'commander';
import { paint, table } from '@outrider/shared/cli/table.js';
import type { AppStatus, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { hostHealth } from '@outrider/shared/domain/host-health.js';
import { globalsOf, show, timeLimit, withGlobals, withSidecar } from './globals.js';

export function statusCommand(program: Command): void {
  const command = withGlobals(program.command('status').description('releases and agents of this host'));
  command.action(async () => {
    const globals = globalsOf(command);
    const { readHostStatus } = await import('@outrider/shared/rpc/codec.js');
    const status = await withSidecar(globals, async (remote) =>
      readHostStatus(await remote.Status({}, timeLimit(globals))),
    );
    show(globals, status, () => statusText(status));
  });
}

export function statusText(status: HostStatus): string {
  const { sentence, healthy } = hostHealth(status);
  const lines = [
    `${status.host} (${status.address}, ${status.environment}): ${paint(sentence, healthy ? 'green' : 'red')}`,
    ...status.apps.map(appLine),
  ];
  if (status.apps.length === 0) lines.push('No release yet: `coordinator rollout --version V` brings one.');
  if (status.instances.length > 0) lines.push('', instanceTable(status.instances));
  return lines.join('\n');
}

function appLine({ app, phase, active, candidate, converged, waitingFor, stuckOn }: AppStatus): string {
  const words = [`${app} ${active?.version ?? '(no release)'}`];
  if (candidate !== undefined) words.push(`-> ${candidate.version}`);
  words.push(phase);
  if (stuckOn !== undefined) words.push(`stuck on ${stuckOn.agent}: ${stuckOn.cause}`);
  else if (!converged && waitingFor !== '') words.push(`waiting for ${waitingFor}`);
  return words.join('  ');
}

export function instanceTable(instances: readonly InstanceStatus[]): string {
  const rows = instances.map((one) => [
    `${one.agent}.${one.instance}`,
    one.state,
    one.version,
    one.pid === 0 ? '-' : String(one.pid),
    String(one.restarts),
    one.since,
    one.reason,
  ]);
  return table(rows, ['AGENT', 'STATE', 'VERSION', 'PID', 'RESTARTS', 'SINCE', 'REASON']);
}
