/** `coordinator health report` as a document and as text. */
import type { HealthReportResponse__Output } from '@outrider/shared/gen/outrider/v1/HealthReportResponse.js';
import { paint, table } from '@outrider/shared/cli/table.js';
import type { Globals } from './globals.js';
import { harmless, note, show } from './output.js';

const HEADS = ['AGENT', 'STATE', 'SCORE', 'READY', 'RESTARTS', 'HOSTS', 'REASON'];
const COLOURS: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
};

export function showReport(globals: Globals, report: HealthReportResponse__Output): void {
  const { score, state, total, healthy, degraded, unhealthy, agents, trends, problems } = report;
  const document = {
    ...{ state, score },
    health_percentage: total === 0 ? 0 : Math.round((healthy / total) * 1000) / 10,
    agents: { total, healthy, degraded, unhealthy },
    per_agent: agents,
    trends: trends.map(({ perHour, ...trend }) => ({ ...trend, per_hour: perHour })),
    problems,
  };
  show(globals, document, () => textOf(report));
  if (!globals.json) for (const problem of problems) note(problem);
}

function textOf({
  score,
  state,
  total,
  healthy,
  degraded,
  unhealthy,
  agents,
  trends,
}: HealthReportResponse__Output): string {
  if (total === 0) return 'No agent runs yet.';
  const counts = `${healthy} healthy, ${degraded} degraded, ${unhealthy} unhealthy of ${total} agents`;
  const rows = agents.map((one) => [
    ...[`${one.app}/${one.agent}`, one.state, one.score.toFixed(2), `${one.ready} of ${one.instances}`],
    ...[String(one.restarts), one.hosts.join(','), harmless(one.reasons.join('; '))],
  ]);
  const warnings = trends.map(({ sentence }) => `${paint('warning', 'yellow')}: ${sentence}`);
  return [
    `The fleet is ${paint(state, COLOURS[state] ?? 'bold')}, score ${score.toFixed(2)}: ${counts}`,
    '',
    table(rows, HEADS),
    ...(warnings.length === 0 ? ['', 'Nothing is on its way to a limit.'] : ['', ...warnings]),
  ].join('\n');
}
