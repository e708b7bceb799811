/** A host and its agents as text for people. */
import { activeInWords } from '@outrider/shared/domain/agent-release.js';
import { paint, table } from '@outrider/shared/cli/table.js';
import { columnsOfTerminal } from '@outrider/shared/cli/width.js';
import {
  type AppStatus,
  heldWords,
  type Hold,
  type HostStatus,
  type InstanceStatus,
} from '@outrider/shared/domain/host.js';
import { hostHealth } from '@outrider/shared/domain/host-health.js';

/** `stream`: where it will be read; `columns`: how wide that is. */
export function statusText(
  status: HostStatus,
  stream: { readonly isTTY?: boolean } = process.stdout,
  columns: number = columnsOfTerminal() ?? Infinity,
): string {
  const { sentence, healthy } = hostHealth(status);
  const lines = [
    `${status.host} (${status.address}, ${status.environment}): ${paint(sentence, healthy ? 'green' : 'red', stream)}`,
    ...(status.hold === undefined ? [] : [paint(holdLine(status.hold), 'yellow', stream)]),
    ...(status.problems ?? []).map((problem) => paint(`Problem: ${problem}`, 'red', stream)),
    ...status.apps.flatMap((app) => [appLine(app), ...scaledLines(app)]),
  ];
  if (status.apps.length === 0) lines.push('No release yet: `coordinator rollout --version V` brings one.');
  if (status.instances.length > 0) lines.push('', instanceTable(status.instances, columns));
  return lines.join('\n');
}

const holdLine = (hold: Hold): string =>
  `${capital(heldWords(hold))}: no rollout changes anything here until \`sidecar resume\` or \`coordinator host resume\`.`;

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function appLine(status: AppStatus): string {
  const { app, phase, candidate, converged, waitingFor, stuckOn, active, staging } = status;
  const words = [`${app} ${activeInWords(status) ?? '(no release)'}`];
  if (candidate !== undefined) words.push(`-> ${candidate.version}`);
  words.push(phase);
  if (staging?.preparing !== undefined) words.push(`preparing ${staging.preparing.step}`);
  if (stuckOn !== undefined) words.push(`stuck on ${stuckOn.agent}: ${stuckOn.cause}`);
  else if (!converged && waitingFor !== '') words.push(`waiting for ${waitingFor}`);
  const digests =
    active === undefined
      ? []
      : [`  digest ${active.digest.slice(0, 12)}, with settings ${active.specDigest.slice(0, 12)}`];
  return [words.join('  '), ...digests].join('\n');
}

const scaledLines = ({ agents }: AppStatus): readonly string[] =>
  agents.flatMap(({ name, replicas, scaled }) => {
    if (scaled === undefined) return [];
    const { declared, by, since, reason } = scaled;
    const why = reason === '' ? '' : `: ${reason}`;
    return [`  ${name} scaled to ${replicas} (release says ${declared}) since ${since} by ${by}${why}`];
  });

export function instanceTable(
  instances: readonly InstanceStatus[],
  columns: number | undefined = columnsOfTerminal(),
): string {
  const rows = instances.map((one) => [
    nameOf(one),
    one.state,
    one.version,
    one.pid === 0 ? '-' : String(one.pid),
    String(one.restarts),
    one.since,
    one.reason,
  ]);
  return table(rows, ['AGENT', 'STATE', 'VERSION', 'PID', 'RESTARTS', 'SINCE', 'REASON'], columns);
}

export const nameOf = ({ agent, instance }: Pick<InstanceStatus, 'agent' | 'instance'>): string =>
  `${agent}.${instance}`;
