/** Processor and memory over the last hour, of the hosts or of the busiest agents; and how well the fleet was. */
import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Dash, type Line, LineChart, MOST_LINES } from './chart.js';
import { healthOf } from './health.js';
import { keyOf } from './keys.js';
import type { Agent, State } from './messages.js';
import { HEALTH, mebibytes, nameOf, percentOf, READY } from './past.js';
import { useTimeline } from './use-timeline.js';
import { percent } from './words.js';

interface ChartsProps {
  readonly state: State;
  /** Counts the connections. */
  readonly connection: number;
}

export function Charts({ state, connection }: ChartsProps): JSX.Element {
  const [whose, choose] = useState('hosts');
  return (
    <section aria-label="Resources" class="charts">
      <h2>
        Resources of
        <select aria-label="Resources of" value={whose} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          <option value="hosts">hosts</option>
          <option value="agents">the busiest agents</option>
        </select>
      </h2>
      {whose === 'hosts' ? (
        <HostCharts state={state} connection={connection} />
      ) : (
        <AgentsCharts state={state} connection={connection} />
      )}
    </section>
  );
}

function HostCharts({ state: { hosts, agents }, connection }: ChartsProps): JSX.Element {
  const line = useTimeline('', connection, () => {
    const inUse = agents.filter(({ kept }) => !kept);
    return new Map([
      [READY, percentOf(inUse.filter(({ ready }) => ready).length, inUse.length)],
      [HEALTH, inUse.length === 0 ? null : healthOf(agents) * 100],
      ...hosts.flatMap(({ name, system }): [string, number | null][] => [
        [nameOf('cpu', name), system?.cpu_percent ?? null],
        [nameOf('memory', name), system?.memory_percent ?? null],
      ]),
    ]);
  });
  const shown = busiest(
    hosts,
    ({ system }) => system?.cpu_percent ?? -1,
    (host) => host.name,
  );
  const of = (what: 'cpu' | 'memory'): Line[] =>
    shown.map(({ name }) => ({ name, values: line.column(nameOf(what, name)) }));
  const fleet = [
    { name: 'ready', values: line.column(READY) },
    { name: 'health', values: line.column(HEALTH) },
  ];
  return (
    <>
      <Legend
        names={shown.map(
          ({ name, system }) =>
            `${name} ${percent(system?.cpu_percent)} cpu, ${percent(system?.memory_percent)} memory`,
        )}
        of={hosts.length}
      />
      <div class="pair">
        <LineChart title="CPU %" at={line.at} lines={of('cpu')} most={100} />
        <LineChart title="Memory %" at={line.at} lines={of('memory')} most={100} />
        <LineChart title="Agents: ready (—) and health (--) %" at={line.at} lines={fleet} most={100} />
      </div>
    </>
  );
}

function AgentsCharts({ state: { agents }, connection }: ChartsProps): JSX.Element {
  const line = useTimeline('agents=true', connection, () => figuresOf(agents));
  const shown = busiest(agents, ({ cpu }) => cpu ?? -1, keyOf);
  const of = (what: 'cpu' | 'memory'): Line[] =>
    shown.map((agent) => ({ name: wordsOf(agent), values: line.column(nameOf(what, keyOf(agent))) }));
  return (
    <>
      <Legend names={shown.map((agent) => `${wordsOf(agent)} ${percent(agent.cpu)}`)} of={agents.length} />
      <div class="pair">
        <LineChart title="CPU % of one processor" at={line.at} lines={of('cpu')} />
        <LineChart title="Memory MiB" at={line.at} lines={of('memory')} />
      </div>
    </>
  );
}

/** As the columns of a timeline. */
export const figuresOf = (agents: readonly Agent[]): ReadonlyMap<string, number | null> =>
  new Map(
    agents.flatMap((agent): [string, number | null][] => [
      [nameOf('cpu', keyOf(agent)), agent.cpu],
      [nameOf('memory', keyOf(agent)), mebibytes(agent.memory)],
    ]),
  );

const wordsOf = ({ agent, instance, host }: Agent): string => `${agent}.${instance} on ${host}`;

/** All of them where these are few; by name, so that a line keeps its colour while the same ones are shown. */
function busiest<T>(all: readonly T[], busy: (one: T) => number, name: (one: T) => string): readonly T[] {
  const shown = all.length <= MOST_LINES ? all : [...all].sort((a, b) => busy(b) - busy(a)).slice(0, MOST_LINES);
  return [...shown].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}

const Legend = ({ names, of }: { readonly names: readonly string[]; readonly of: number }): JSX.Element => (
  <p class="legend">
    {names.map((name, index) => (
      <span key={name}>
        <Dash index={index} /> {name}
      </span>
    ))}
    {of > names.length && (
      <span>
        the {names.length} busiest of {of}
      </span>
    )}
  </p>
);
