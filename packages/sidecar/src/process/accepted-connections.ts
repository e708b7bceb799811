/** How many connections a tree of processes has accepted and not closed yet: asked of the kernel's tables alone. */
import { readFileSync } from 'node:fs';
import { attempt } from './attempt.js';
import { socketsOf } from './connection.js';

const LISTEN = '0A';
/** ESTABLISHED; CLOSE_WAIT: the asker may still wait for its answer. */
const OPEN: readonly (string | undefined)[] = ['01', '08'];
/** __SO_ACCEPTCON */
const ACCEPTS = 0x10000;
const UNIX_CONNECTED = '03';

interface Socket {
  /** A port or a path. */
  readonly local: string;
  readonly listens: boolean;
  readonly open: boolean;
}

/** At whatever they listen on, TCP and unix. What they have opened themselves is none of it. */
export function acceptedConnections(pids: readonly number[]): number {
  const inodes = new Set(pids.flatMap((pid) => [...socketsOf(pid).keys()]));
  if (inodes.size === 0) return 0;
  const own = [...tcp('tcp', inodes), ...tcp('tcp6', inodes), ...unix(inodes)];
  const listening = new Set(own.filter(({ listens }) => listens).map(({ local }) => local));
  return own.filter(({ open, local }) => open && listening.has(local)).length;
}

function tcp(table: 'tcp' | 'tcp6', inodes: ReadonlySet<string>): Socket[] {
  return rows(`/proc/net/${table}`)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => inodes.has(columns[9] ?? ''))
    .map(([, local = '', , state]) => ({
      local: local.slice(local.lastIndexOf(':')),
      listens: state === LISTEN,
      open: OPEN.includes(state),
    }));
}

function unix(inodes: ReadonlySet<string>): Socket[] {
  return rows('/proc/net/unix')
    .map((line) => /^\S+: \S+ \S+ (\S+) \S+ (\S+) +(\d+) (.+)$/.exec(line) ?? [])
    .filter(([, , , inode]) => inodes.has(inode ?? ''))
    .map(([, flags = '', state, , local = '']) => ({
      local,
      listens: (Number.parseInt(flags, 16) & ACCEPTS) !== 0,
      open: state === UNIX_CONNECTED,
    }));
}

const rows = (file: string): string[] => (attempt(() => readFileSync(file, 'latin1')) ?? '').split('\n').slice(1);
