/** TCP sockets of this machine that are in some states: from sock_diag, else from the tables of /proc/net. */
import { endianness } from 'node:os';
import { readFileSync } from 'node:fs';
import { attempt } from './attempt.js';
import { SystemCallError } from './libc/library.js';
import { listSockets } from './libc/socket-diag.js';

/** Numbers of the kernel. CLOSE_WAIT: the other end has gone already, and may still wait for its answer. */
export const ESTABLISHED = 1;
export const CLOSE_WAIT = 8;
export const LISTENING = 10;

export interface TcpSocket {
  /** The 4 or 16 bytes of the local address in network order, as hexadecimal. */
  readonly address: string;
  readonly port: number;
  readonly state: number;
  /** '0': no process has it. */
  readonly inode: string;
}

export function tcpSockets(states: readonly number[]): TcpSocket[] {
  try {
    return listSockets(states).map((found) => ({
      ...{ port: found.port, state: found.state, inode: String(found.inode) },
      address: Buffer.from(found.address).toString('hex'),
    }));
  } catch (error) {
    if (error instanceof SystemCallError) return fromTables(states);
    throw error;
  }
}

/** The same where the kernel was built without sock_diag. Takes long where there are many connections. */
export const fromTables = (states: readonly number[]): TcpSocket[] =>
  tableRows()
    .filter(({ state }) => states.includes(state))
    .map(({ local, state, inode }) => {
      const [address = '', port = ''] = local.split(':');
      return { address: inNetworkOrder(address), port: Number.parseInt(port, 16), state, inode };
    });

export interface TableRow {
  /** Both ends as the tables have them: see `procNetAddress`. */
  readonly local: string;
  readonly remote: string;
  readonly state: number;
  readonly inode: string;
}

/** Of /proc/net/tcp and tcp6. `mention`: only lines that have one of these texts; absent: all. */
export const tableRows = (mention?: readonly string[]): TableRow[] =>
  ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    (attempt(() => readFileSync(file, 'latin1')) ?? '')
      .split('\n')
      .slice(1)
      .filter((line) => line !== '' && mention?.some((text) => line.includes(text)) !== false)
      .map((line) => line.trim().split(/\s+/))
      .map(([, local = '', remote = '', state = '', , , , , , inode = '0']) => {
        return { local, remote, state: Number.parseInt(state, 16), inode };
      }),
  );

/** /proc/net has words of four bytes in the order of this machine. */
function inNetworkOrder(words: string): string {
  const bytes = Buffer.from(words, 'hex');
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex');
}
