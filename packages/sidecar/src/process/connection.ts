/** Tells which process has accepted a TCP connection, from the kernel alone. Never opens or closes one. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { isIP } from 'node:net';
import { type HostPort, parseHostPort } from '@outrider/shared/runtime/listen.js';
import { SystemCallError } from './libc/library.js';
import { type End, findConnection } from './libc/socket-diag.js';
import { ipBytes, procNetAddress } from './socket-address.js';
import { LISTENING, type TableRow, tableRows, tcpSockets } from './tcp-sockets.js';

export type AcceptedEnd =
  | { readonly state: 'accepted'; readonly inode: string }
  /** In the queue of the one that listens. */
  | { readonly state: 'waiting' }
  /** Closed again, or never there: whose it was can't be told any more. */
  | { readonly state: 'gone' };

/** The end of `from` -> `to` that listened. */
export function acceptedEnd(from: string, to: string): AcceptedEnd {
  const [client, server] = [parseHostPort(from), parseHostPort(to)];
  if (client === undefined || server === undefined) return { state: 'gone' };
  return askKernel(client, server) ?? fromTables(client, server);
}

/** The kernel has told of a connection before, so it may be believed that there is none. */
let tells = false;

/** Undefined: it can't be asked. */
function askKernel(client: HostPort, server: HostPort): AcceptedEnd | undefined {
  const end = ({ host, port }: HostPort): End => ({ address: ipBytes(host), port });
  try {
    const found = findConnection(end(server), end(client));
    tells ||= found !== undefined;
    if (found === undefined) return tells ? { state: 'gone' } : undefined;
    if (found.inode !== 0 && found.state !== LISTENING) return { state: 'accepted', inode: String(found.inode) };
    return { state: UNFINISHED_STATES.includes(found.state) ? 'waiting' : 'gone' };
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

/** The same where the kernel was built without sock_diag. Takes long where there are many connections. */
function fromTables(client: HostPort, server: HostPort): AcceptedEnd {
  const remote = procForms(client.host, client.port);
  const rows = connections(server.host, server.port).filter((row) => remote.includes(row.remote));
  const accepted = rows.find((row) => row.inode !== '0');
  if (accepted !== undefined) return { state: 'accepted', inode: accepted.inode };
  // A socket that nobody has accepted yet has no inode; nor has one that was closed.
  return { state: rows.some((row) => UNFINISHED_STATES.includes(row.state)) ? 'waiting' : 'gone' };
}

/** Inodes of the sockets that listen on exactly this address. */
export function listeningInodes(host: string, port: number): readonly string[] {
  const forms = [host, `::ffff:${host}`, host.replace(/^::ffff:/, '')].filter((form) => isIP(form) !== 0);
  const addresses = forms.map((form) => Buffer.from(ipBytes(form)).toString('hex'));
  return tcpSockets([LISTENING])
    .filter((socket) => socket.port === port && addresses.includes(socket.address))
    .map((socket) => socket.inode);
}

/** Inodes of the unix sockets that listen on this path. */
export function listeningUnixInodes(path: string): readonly string[] {
  return lines('/proc/net/unix')
    .map((line) => /^\S+: \S+ \S+ (\S+) \S+ \S+ +(\d+) (.*)$/.exec(line))
    .filter((row) => row !== null && row[3] === path && (Number.parseInt(row[1] ?? '', 16) & ACCEPTS) !== 0)
    .map((row) => row?.[2] ?? '');
}

/** The descriptors of a process that are sockets, as inode to descriptor; empty where we may not look. */
export function socketsOf(pid: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return found;
  }
  for (const name of names) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode !== undefined && !found.has(inode)) found.set(inode, Number(name));
    } catch {
      // Closed since the folder was read.
    }
  }
  return found;
}

/** ESTABLISHED, SYN_RECV, CLOSE_WAIT (the asker has gone already) and NEW_SYN_RECV. */
const UNFINISHED_STATES = [1, 3, 8, 12];
/** __SO_ACCEPTCON */
const ACCEPTS = 0x10000;

/** Rows whose local end is this one. A socket on [::] shows IPv4 peers as mapped. */
function connections(host: string, port: number): readonly TableRow[] {
  const forms = procForms(host, port);
  return tableRows(forms).filter(({ local }) => forms.includes(local));
}

function procForms(host: string, port: number): readonly string[] {
  const own = procNetAddress(host, port);
  if (host.startsWith('::ffff:')) return [own, procNetAddress(host.slice('::ffff:'.length), port)];
  return host.includes(':') ? [own] : [own, procNetAddress(`::ffff:${host}`, port)];
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n').slice(1);
  } catch {
    return []; // no IPv6 on this machine
  }
}
