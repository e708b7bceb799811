/**
 * A rollout as the lines that are drawn of it on a terminal: where it is, its hooks and hosts, its gates, the culprit.
 * They always fit: where there are more hosts than rows, those that stand still are counted instead.
 */
import { paint, table } from '@outrider/shared/cli/table.js';
import { cut } from '@outrider/shared/cli/width.js';
import { appsIn } from '@outrider/shared/domain/rollout-place.js';
import { hasEnded, type Rollout, type RolloutHost, type RolloutHostState } from '@outrider/shared/domain/rollout.js';
import { versionsApart, withVersionsApart } from '@outrider/shared/domain/versions-apart.js';
import { harmless } from './output.js';
import { culpritRows, gateRows, sinceText, stepsOf } from './rollout-parts.js';
import type { Explained } from './rollout-view.js';

export interface BlockLook {
  /** Of each gate: the numbers of its last verdict. */
  readonly samples: ReadonlyMap<string, string>;
  /** Counts the drawings. */
  readonly frame: number;
  readonly away: boolean;
  /** What is known of the end is printed below. */
  readonly over: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  /** 0: not known. */
  readonly columns: number;
  readonly rows: number;
}

const FRAMES = ['-', '\\', '|', '/'];
/** The terminal keeps a row for the cursor, and one above for what was said before. */
const ROWS_KEPT = 2;
/** So few rows are drawn on in any case. */
const LEAST_ROWS = 4;

export function blockOf(rollout: Explained, look: BlockLook): readonly string[] {
  const { columns, rows } = look;
  const fits = columns > 0 ? columns - 1 : undefined;
  const most = rows > 0 ? Math.max(LEAST_ROWS, rows - ROWS_KEPT) : Infinity;
  const head = [headOf(rollout, look), ...hookRows(rollout)];
  const foot = [...gateRows(rollout, look.samples), ...(look.over ? [] : culpritRows(rollout))];
  // The culprit and gates are what is looked for when it fails; one host and the count of the others stay above them.
  const room = Math.max(2, most - head.length - foot.length);
  const lines = [...head, ...hostRows(rollout.hosts, room, fits, look.now), ...foot];
  return lines.slice(0, most).map((line) => (fits === undefined ? line : cut(line, fits)));
}

function headOf(rollout: Explained, { frame, away, now }: BlockLook): string {
  const sign = hasEnded(rollout.phase) ? ' ' : (FRAMES[frame % FRAMES.length] ?? '');
  const seconds = Math.max(0, Math.round(((rollout.endedAt ?? now) - rollout.startedAt) / 1000));
  const app = appsIn(rollout.app).length > 1 ? `${rollout.app} ` : '';
  const version = withVersionsApart(rollout.version, versionsApart(rollout));
  const silent = away ? ' (the coordinator does not answer)' : '';
  return `${sign} ${rollout.id}  ${app}${version}  ${rollout.phase}${rollout.paused ? ', paused' : ''}  ${seconds} s${silent}`;
}

/** Those that run now. */
const hookRows = ({ hookRuns = [] }: Rollout): readonly string[] =>
  hookRuns
    .filter(({ state }) => state === 'running')
    .map(({ hook, host, undo }) => {
      const where = host === undefined ? '' : ` on ${host}`;
      return `  hook ${undo === true ? 'undo of ' : ''}${hook}${where}`;
    });

/** Who is looked for first where there is no room for all. */
const INTEREST: readonly (readonly RolloutHostState[])[] = [
  ['failed', 'unreachable', 'reverting'],
  ['switching', 'trial', 'committing'],
  ['reverted', 'staging'],
];

const interestOf = ({ state }: Pick<RolloutHost, 'state'>): number => {
  const index = INTEREST.findIndex((states) => states.includes(state));
  return index === -1 ? INTEREST.length : index;
};

function hostRows(
  hosts: readonly RolloutHost[],
  room: number,
  fits: number | undefined,
  now: number,
): readonly string[] {
  const all = hosts.length <= room;
  const chosen = new Set(all ? hosts : [...hosts].sort((a, b) => interestOf(a) - interestOf(b)).slice(0, room - 1));
  const rows = hosts
    .filter((host) => chosen.has(host))
    .map((host) => [
      '  ',
      ...placeColumns(host),
      stepsOf(host),
      `${painted(host.state)}${sinceText(host, now)}`,
      harmless(host.reason ?? ''),
    ]);
  return [
    ...(rows.length === 0 ? [] : table(rows, undefined, fits).split('\n')),
    ...(all ? [] : [restOf(hosts.filter((host) => !chosen.has(host)))]),
  ];
}

/** `    and 120 more: 100 committed, 20 pending`. */
function restOf(hosts: readonly RolloutHost[]): string {
  const counts = new Map<string, number>();
  for (const { state } of hosts) counts.set(state, (counts.get(state) ?? 0) + 1);
  const words = [...counts].map(([state, count]) => `${count} ${state}`);
  return `    and ${hosts.length} more: ${words.join(', ')}`;
}

/** Host, and app where there are several, as columns of a table. */
export const placeColumns = ({ host, app }: Pick<RolloutHost, 'host' | 'app'>): readonly string[] =>
  app === undefined ? [host] : [host, app];

const COLOUR = {
  committed: 'green',
  trial: 'blue',
  reverting: 'yellow',
  reverted: 'yellow',
  failed: 'red',
  unreachable: 'red',
} as const;

const painted = (state: string): string => {
  const colour = (COLOUR as Readonly<Record<string, (typeof COLOUR)[keyof typeof COLOUR]>>)[state];
  return colour === undefined ? state : paint(state, colour);
};
