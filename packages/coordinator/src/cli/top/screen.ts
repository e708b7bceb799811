/** A snapshot as lines of text. Pure: knows no terminal, only how large one is. */
import { paint, table } from '@outrider/shared/cli/table.js';
import { cut } from '@outrider/shared/cli/width.js';
import { formatDuration } from '@outrider/shared/domain/duration.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { harmless } from '../output.js';
import type { AgentRow, HostRow, RolloutRow, Snapshot } from './snapshot.js';

export const SORTS = ['state', 'name', 'cpu', 'memory', 'restarts', 'host'] as const;
export type Sort = (typeof SORTS)[number];

export interface View {
  readonly sort: Sort;
  /** Only agents with this in host, app, name, state or version; '' all. */
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
  /** So many agents further down. */
  readonly from: number;
  /** Why what is shown is old; '' it is not. */
  readonly trouble: string;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** `size` undefined: everything, as for a pipe. At most `rows` lines, none wider than `columns`. */
export function screenOf(snapshot: Snapshot, view: View, size?: Size): readonly string[] {
  const columns = size?.columns;
  const stream = { isTTY: size !== undefined };
  const hosts = table(snapshot.hosts.map(hostCells), HOST_HEADS, columns).split('\n');
  const agents = sorted(snapshot.agents, view).map((one) => agentCells(one, snapshot.at));
  // Made of all of them, so that columns stand still while they are scrolled through.
  const [heads = '', ...rows] = table(agents, AGENT_HEADS, columns).split('\n');
  const above = [...headLines(snapshot, view, stream), '', ...fewer(hosts, size, stream), ''];
  const bold = paint(heads, 'bold', stream);
  if (size === undefined) return [...above, bold, ...rows];
  const room = Math.max(0, size.rows - above.length - 2);
  const from = Math.min(view.from, Math.max(0, rows.length - room));
  const coloured = rows.slice(from, from + room).map((line) => colouredLine(line, stream));
  const filling = Array.from({ length: Math.max(0, room - coloured.length) }, () => '');
  const all = [...above, bold, ...coloured, ...filling, footer(view, rows.length, from, room)];
  return all.slice(0, size.rows).map((line) => cut(line, size.columns));
}

type Stream = Parameters<typeof paint>[2];

function headLines(snapshot: Snapshot, { trouble }: View, stream: Stream): readonly string[] {
  const { environment, state, leader, redis, at, agents, states, rollouts } = snapshot;
  const mood = paint(state, state === 'ready' ? 'green' : 'yellow', stream);
  const counts = Object.entries(states).map(([name, count]) => `${count} ${name}`);
  return [
    `${environment}  ${mood}  leader ${leader === '' ? 'nobody' : leader}  redis ${redis}  ${at}`,
    ...(trouble === '' ? [] : [paint(trouble, 'red', stream)]),
    `Agents: ${agents.length}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`,
    ...(rollouts.length === 0 ? ['No rollout runs.'] : rollouts.flatMap(rolloutLines)),
  ];
}

function rolloutLines({ rollout, app, from, to, phase, paused, seconds, hosts, explained }: RolloutRow): string[] {
  const path = Object.entries(hosts).map(([host, state]) => `${host} ${state}`);
  return [
    `${rollout}  ${app} ${from ?? 'nothing'} -> ${to}  ${phase}${paused ? ', paused' : ''}  ${seconds} s  ${path.join(' > ')}`,
    `  ${harmless(explained)}`,
  ];
}

const HOST_HEADS = ['HOST', 'STATE', 'CPU', 'MEMORY', 'DISK', 'READY', 'RESTARTS', 'APPS'];

const hostCells = (host: HostRow): string[] => [
  ...[host.host, host.held ? `${host.state}, held` : host.state],
  ...[host.cpu_percent, host.memory_percent, host.disk_percent].map(percent),
  ...[`${host.ready}/${host.agents}`, String(host.restarts), host.apps.join(', ')],
];

const AGENT_HEADS = ['AGENT', 'HOST', 'STATE', 'CPU', 'MEMORY', 'RESTARTS', 'FOR', 'VERSION', 'REASON'];

const agentCells = (one: AgentRow, at: string): string[] => [
  ...[nameOf(one), one.host, one.state, percent(one.cpu_percent)],
  ...[one.memory_bytes === null ? '-' : spokenSize(one.memory_bytes), String(one.restarts)],
  ...[elapsed(one.since, at), one.version === '' ? '-' : one.version, harmless(one.reason)],
];

const nameOf = ({ app, agent, instance }: AgentRow): string => `${app}/${agent}.${instance}`;

const percent = (value: number | null): string => (value === null ? '-' : `${value.toFixed(1)}%`);

/** In the largest unit alone: what changes each second draws the eye for nothing. */
function elapsed(since: string, at: string): string {
  const ms = Math.max(0, Date.parse(at) - Date.parse(since));
  if (!Number.isFinite(ms)) return '-';
  const unit = [86_400_000, 3_600_000, 60_000, 1_000].find((one) => ms >= one) ?? 1_000;
  return unit === 86_400_000 ? `${Math.floor(ms / unit)}d` : formatDuration(Math.floor(ms / unit) * unit);
}

/** Hosts take a third of the screen at most; what is left out is said. */
function fewer(lines: readonly string[], size: Size | undefined, stream: Stream): readonly string[] {
  const [heads = '', ...rows] = lines;
  const bold = paint(heads, 'bold', stream);
  const most = size === undefined ? Infinity : Math.max(2, Math.floor(size.rows / 3));
  if (rows.length <= most) return [bold, ...rows];
  return [bold, ...rows.slice(0, most - 1), `... and ${rows.length - most + 1} more hosts`];
}

const BAD = /\b(failed|backoff|unhealthy|exited|away)\b/;
const ON_THE_WAY = /\b(starting|draining|stopping)\b/;

function colouredLine(line: string, stream: Stream): string {
  if (BAD.test(line)) return paint(line, 'red', stream);
  return ON_THE_WAY.test(line) ? paint(line, 'yellow', stream) : line;
}

function footer({ sort, filter, typing }: View, all: number, from: number, room: number): string {
  if (typing) return `filter: ${filter}_  (Enter keeps it, Esc drops it)`;
  const shown = all <= room ? '' : `  ${from + 1}-${Math.min(all, from + room)} of ${all}, arrows scroll`;
  const only = filter === '' ? '' : `  filter "${filter}"`;
  return `q quit  s sort (${sort})  / filter${only}${shown}`;
}

/** Those that need a look come first where they are sorted by state. */
const URGENCY = ['failed', 'backoff', 'unhealthy', 'exited', 'away', 'starting', 'draining', 'stopping'];

function sorted(agents: readonly AgentRow[], { sort, filter }: View): readonly AgentRow[] {
  const wanted = filter.toLowerCase();
  const matching = agents.filter((one) =>
    [one.host, nameOf(one), one.state, one.version].some((word) => word.toLowerCase().includes(wanted)),
  );
  const by: Readonly<Record<Sort, (a: AgentRow, b: AgentRow) => number>> = {
    state: (a, b) => rank(a) - rank(b),
    name: () => 0,
    cpu: (a, b) => (b.cpu_percent ?? -1) - (a.cpu_percent ?? -1),
    memory: (a, b) => (b.memory_bytes ?? -1) - (a.memory_bytes ?? -1),
    restarts: (a, b) => b.restarts - a.restarts,
    host: (a, b) => compare(a.host, b.host),
  };
  return [...matching].sort((a, b) => by[sort](a, b) || compare(nameOf(a), nameOf(b)) || compare(a.host, b.host));
}

function rank({ state }: AgentRow): number {
  const index = URGENCY.indexOf(state);
  return index === -1 ? URGENCY.length : index;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
