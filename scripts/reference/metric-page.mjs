// docs/reference/metrics.md: what both programs export, from their own registries.
import { CoordinatorMetrics } from '../../packages/coordinator/dist/api/metrics.js';
import { SidecarMetrics } from '../../packages/sidecar/dist/http/metrics.js';
import { code, madeFrom, prose, table } from './markdown.mjs';

/** A coordinator in which nothing happens: its metrics are only asked for their names and words. */
const NOTHING = { fleet: {}, rollouts: {}, contents: {}, events: { async *follow() {} } };

export function metricPage() {
  const coordinator = new CoordinatorMetrics(NOTHING);
  const sidecar = new SidecarMetrics({ host: 'host', version: '0', monotonic: () => 0 });
  try {
    return pageOf(sidecar.described(), coordinator.described());
  } finally {
    coordinator.close();
    sidecar.close();
  }
}

const pageOf = (ofSidecar, ofCoordinator) => `${madeFrom("the programs' own registries")}

# Metrics

\`promtool check metrics\` has nothing to say about either page. Series of what is gone are removed. Counters begin at 0 with
their program; what an agent has done is counted on over a restart of its sidecar only as far as records of running processes
know it. How they are scraped, and alerts and dashboards made of them: [monitoring.md](../monitoring.md).

## Of a sidecar

On port 8000. All of them have the label \`host\`. What agents send over the bus is \`outrider_agent_metric_NAME\` (\`app\`,
\`agent\`, \`instance\`), counters with \`_total\` at the end.

${rowsOf(ofSidecar)}

## Of a coordinator

On port 7777. Counters are those of each coordinator since its start, also of one that does not lead. Those of
\`outrider_delivery_\` are figures of the last 7 and 30 days (\`window\`), made from what is remembered, not counted.

${rowsOf(ofCoordinator)}
`;

const rowsOf = (metrics) =>
  table(
    ['metric', 'type', 'labels', 'meaning'],
    [...metrics]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(', '), prose(help)]),
  );
