/** How many connections a tree of processes has accepted and not closed yet: asked of the kernel's tables alone. */
import { readFileSync } from 'node:fs';
import { attempt } from './attempt.js';
import { socketsOf } from './connection.js';
import { CLOSE_WAIT, ESTABLISHED, LISTENING, tcpSockets } from './tcp-sockets.js';

const OPEN: readonly number[] = [ESTABLISHED, CLOSE_WAIT];
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
  const own = [...tcp(inodes), ...unix(inodes)];
  const listening = new Set(own.filter(({ listens }) => listens).map(({ local }) => local));
  return own.filter(({ open, local }) => open && listening.has(local)).length;
}

const tcp = (inodes: ReadonlySet<string>): Socket[] =>
  tcpSockets([...OPEN, LISTENING])
    .filter(({ inode }) => inodes.has(inode))
    .map(({ port, state }) => ({ local: `:${port}`, listens: state === LISTENING, open: OPEN.includes(state) }));

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
