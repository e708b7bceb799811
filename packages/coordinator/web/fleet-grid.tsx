/** Every host, and of each all its agents as small tiles: more than a hundred on one screen. Arrow keys go through them. */
import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { JSX, TargetedKeyboardEvent } from 'preact';
import { keyOf } from './keys.js';
import type { Agent, Host, State } from './messages.js';
import { type Look, lookOf, lookOfHost, LOOKS, Shape } from './shapes.js';
import { useTabStop } from './tab-stop.js';
import { type Figure, FIGURES, inOrder, type Ordering, ORDERINGS } from './tile-order.js';
import { bytes, percent } from './words.js';

interface GridProps {
  readonly state: State;
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

const WORDS: Readonly<Record<Look, string>> = {
  ready: 'ready',
  starting: 'starting',
  unhealthy: 'unhealthy',
  failed: 'failed',
  backoff: 'waits to restart',
  ending: 'stopping',
  off: 'stopped',
  away: 'out of reach',
};

export function FleetGrid({ state, chosen, choose }: GridProps): JSX.Element {
  const { hosts, agents } = state;
  const [ordering, order] = useState<Ordering>('name');
  const most = Math.max(...agents.map((agent) => FIGURES[ordering]?.value(agent) ?? 0), 0);
  const tabStop = useTabStop();
  const hostNamed = new Map(hosts.map((host) => [host.name, host]));
  const counts = new Map<Look, number>();
  for (const agent of agents) {
    const look = lookOf(agent, hostNamed.get(agent.host));
    counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  return (
    <section aria-label="Hosts and agents" class="fleet">
      <h2>
        Hosts and agents
        <span class="legend">
          {LOOKS.filter((look) => counts.has(look)).map((look) => (
            <span key={look}>
              <Shape look={look} /> {counts.get(look)} {WORDS[look]}
            </span>
          ))}
        </span>
        <OrderChoice ordering={ordering} order={order} />
      </h2>
      {hosts.length === 0 && <p class="quiet">There is no host yet: start a sidecar with the same Redis.</p>}
      <div class={hosts.length > 3 ? 'hosts many' : 'hosts'} onKeyDown={walk} {...tabStop}>
        {hosts.map((host) => (
          <HostCard
            key={host.name}
            host={host}
            agents={inOrder(
              agents.filter((agent) => agent.host === host.name),
              ordering,
            )}
            figure={FIGURES[ordering]}
            most={most}
            chosen={chosen}
            choose={choose}
          />
        ))}
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly ordering: Ordering;
  readonly order: (ordering: Ordering) => void;
}

const OrderChoice = ({ ordering, order }: ChoiceProps): JSX.Element => (
  <select
    aria-label="Order of agents"
    value={ordering}
    onChange={({ currentTarget }) => order(currentTarget.value as Ordering)}
  >
    {ORDERINGS.map((one) => (
      <option key={one} value={one}>
        by {one}
      </option>
    ))}
  </select>
);

interface CardProps extends Omit<GridProps, 'state'> {
  readonly host: Host;
  readonly agents: readonly Agent[];
  /** What tiles show beside the name. */
  readonly figure: Figure | undefined;
  /** The highest of it in the fleet. */
  readonly most: number;
}

function HostCard({ host, agents, figure, most, chosen, choose }: CardProps): JSX.Element {
  return (
    <article class="host" data-host={host.name}>
      <h3>
        <Shape look={lookOfHost(host)} /> {host.name} <small>{remarksOn(host).join(' · ')}</small>
        <HostFigures host={host} />
      </h3>
      <div class="tiles">
        {agents.map((agent) => (
          <Tile
            key={keyOf(agent)}
            id={keyOf(agent)}
            name={nameOf(agent, agents)}
            look={lookOf(agent, host)}
            title={titleOf(agent)}
            figure={figure?.words(agent) ?? ''}
            share={shareOf(figure?.value(agent) ?? null, figure?.whole ?? most)}
            isChosen={keyOf(agent) === chosen}
            isKept={agent.kept}
            choose={choose}
          />
        ))}
      </div>
    </article>
  );
}

/** What is not as it should be, then what it runs. */
function remarksOn(host: Host): readonly string[] {
  const remarks = [
    ...(host.state === 'up' ? [] : [host.state]),
    ...(host.cut_off ? ['cut off'] : []),
    ...(host.flapping ? ['flapping'] : []),
    ...(host.hold === null ? [] : [`held by ${host.hold.by}`]),
    ...host.apps.flatMap(({ app, drifted }) => (drifted === null ? [] : [`${app} drifted`])),
  ];
  const apps = host.apps.map(
    ({ app, version, phase }) =>
      `${app} ${version ?? '–'}${['idle', 'committed', 'staged'].includes(phase) ? '' : ` (${phase})`}`,
  );
  return [...remarks, ...apps];
}

/** Of the whole machine. */
const HostFigures = ({ host: { system } }: { readonly host: Host }): JSX.Element | null =>
  system === null ? null : (
    <small class="figures">
      cpu {percent(system.cpu_percent)}, memory {percent(system.memory_percent)}, disk {percent(system.disk_percent)}
    </small>
  );

function titleOf({ app, agent, instance, host, reason, state, cpu, memory }: Agent): string {
  const figures = [
    ...(cpu === null ? [] : [`CPU ${percent(cpu)}`]),
    ...(memory === null ? [] : [`memory ${bytes(memory)}`]),
  ];
  return [`${app}/${agent}.${instance} on ${host}: ${reason || state}`, ...figures].join('; ');
}

/** Hundredths, from 0 to 100. */
const shareOf = (value: number | null, whole: number): number =>
  value === null || whole <= 0 ? 0 : Math.min(100, Math.round((value / whole) * 100));

const nameOf = ({ app, agent, instance }: Agent, all: readonly Agent[]): string =>
  all.some((other) => other.agent === agent && other.app === app && other.instance !== instance)
    ? `${agent}.${instance}`
    : agent;

interface TileProps {
  readonly id: string;
  readonly name: string;
  readonly look: Look;
  readonly title: string;
  /** '' where none is asked for. */
  readonly figure: string;
  /** Of the bar, in hundredths of the tile. */
  readonly share: number;
  readonly isChosen: boolean;
  readonly isKept: boolean;
  readonly choose: (key: string) => void;
}

/** Drawn anew only where something of it has changed. */
const Tile = memo(function Tile(props: TileProps): JSX.Element {
  const { id, name, look, title, figure, share, isChosen, isKept, choose } = props;
  return (
    <button
      class={`tile look-${look}${isKept ? ' kept' : ''}`}
      data-agent={id}
      data-look={look}
      title={title}
      aria-label={`${name}: ${WORDS[look]}. ${title}`}
      aria-pressed={isChosen}
      onClick={() => choose(id)}
    >
      <Shape look={look} />
      <span>{name}</span>
      {figure !== '' && <small>{figure}</small>}
      {share > 0 && (
        <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect width={share} height="1" />
        </svg>
      )}
    </button>
  );
});

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Left and right by one; up and down to the nearest tile of another row. */
function walk(event: TargetedKeyboardEvent<HTMLDivElement>): void {
  const tiles = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('.tile')];
  const at = tiles.findIndex((tile) => tile === document.activeElement);
  if (at < 0 || !event.key.startsWith('Arrow')) return;
  event.preventDefault();
  const step = STEPS[event.key];
  const next = step === undefined ? otherRow(tiles, at, event.key === 'ArrowDown') : tiles[at + step];
  next?.focus();
}

function otherRow(tiles: readonly HTMLButtonElement[], at: number, isDown: boolean): HTMLButtonElement | undefined {
  const from = tiles[at]?.getBoundingClientRect();
  if (from === undefined) return undefined;
  const placed = tiles.map((tile) => ({ tile, box: tile.getBoundingClientRect() }));
  const there = placed.filter(({ box }) => (isDown ? box.top > from.top + 1 : box.top < from.top - 1));
  const tops = there.map(({ box }) => box.top);
  const row = isDown ? Math.min(...tops) : Math.max(...tops);
  const near = there
    .filter(({ box }) => Math.abs(box.top - row) < 2)
    .sort((a, b) => Math.abs(a.box.left - from.left) - Math.abs(b.box.left - from.left));
  return near[0]?.tile;
}
