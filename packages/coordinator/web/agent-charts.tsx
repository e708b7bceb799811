/** What one instance took of its host over the last hour. */
import type { JSX } from 'preact';
import { LineChart } from './chart.js';
import { figuresOf } from './charts.js';
import { keyOf } from './keys.js';
import type { Agent } from './messages.js';
import { nameOf } from './past.js';
import { useTimeline } from './use-timeline.js';

interface AgentChartsProps {
  readonly agent: Agent;
  /** Counts the connections. */
  readonly connection: number;
}

export function AgentCharts({ agent, connection }: AgentChartsProps): JSX.Element {
  const { host, app, agent: name } = agent;
  const query = new URLSearchParams({ agents: 'true', host, app, agent: name }).toString();
  const line = useTimeline(query, connection, () => figuresOf([agent]));
  const of = (what: 'cpu' | 'memory') => [{ name, values: line.column(nameOf(what, keyOf(agent))) }];
  return (
    <div class="charts">
      <div class="pair">
        <LineChart title="CPU % of one processor" at={line.at} lines={of('cpu')} />
        <LineChart title="Memory MiB" at={line.at} lines={of('memory')} />
      </div>
    </div>
  );
}
