/** Who listens on an address of this machine, from the tables of /proc alone. Opens nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import type { ListenerSight } from '../../domain/diagnosis.js';
import { parseHostPort } from '../listen.js';

const LISTENING = '0A';
const EVERY = new Set(['0'.repeat(8), '0'.repeat(32)]);

/** `what` is the key of the setting. Where we may not look at a process, it is told as "another program". */
export function seeListeners(wanted: readonly { readonly what: string; readonly address: string }[]): ListenerSight[] {
  const sockets = [...listening('/proc/net/tcp'), ...listening('/proc/net/tcp6')];
  const found = wanted.map(({ what, address }) => ({ what, address, inodes: inodesOn(address, sockets) }));
  const all = new Set(found.flatMap(({ inodes }) => inodes));
  const own = ownersAmong([process.pid], all);
  const rest = [...all].filter((inode) => !own.has(inode));
  const others = rest.length === 0 ? new Map<string, number>() : ownersAmong(processes(), new Set(rest));
  return found.map(({ what, address, inodes }) => {
    const [inode] = inodes;
    if (inode === undefined) return { what, address, pid: 0, program: '', own: false };
    const mine = inodes.find((one) => own.has(one));
    if (mine !== undefined) return { what, address, pid: process.pid, program: 'node', own: true };
    const pid = others.get(inode) ?? -1;
    return { what, address, pid, program: pid === -1 ? 'another program' : nameOf(pid), own: false };
  });
}

interface Listening {
  /** As the table has it. */
  readonly host: string;
  readonly port: number;
  readonly inode: string;
}

function listening(table: string): Listening[] {
  let text: string;
  try {
    text = readFileSync(table, 'latin1');
  } catch {
    return []; // no IPv6 on this machine
  }
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTENING)
    .map((columns) => {
      const [host = '', port = ''] = (columns[1] ?? '').split(':');
      return { host, port: Number.parseInt(port, 16), inode: columns[9] ?? '0' };
    });
}

/** The exact address first, then those who listen on every address. */
function inodesOn(address: string, sockets: readonly Listening[]): string[] {
  const place = parseHostPort(address);
  if (place === undefined || place.port === 0) return [];
  const exact = inTable(place.host === 'localhost' ? '127.0.0.1' : place.host);
  const there = sockets.filter(({ port }) => port === place.port);
  const wide = isWide(exact) ? there : there.filter(({ host }) => EVERY.has(host));
  return [...there.filter(({ host }) => host === exact), ...wide].map(({ inode }) => inode);
}

const isWide = (host: string | undefined): boolean => host !== undefined && EVERY.has(host);

/** Words of four bytes in the order of this machine, in hexadecimal; undefined: no address. */
function inTable(host: string): string | undefined {
  const bytes = isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : isIPv6(host) ? ipv6Bytes(host) : undefined;
  if (bytes === undefined) return undefined;
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}

function ipv6Bytes(host: string): Buffer {
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  // The URL parser writes hexadecimal words alone.
  const [head = '', tail = ''] = new URL(`http://[${host}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [words(head), words(tail)];
  const gap = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return Buffer.from([...before, ...gap, ...after].map((word) => word.padStart(4, '0')).join(''), 'hex');
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Inode to the first process that has it. */
function ownersAmong(pids: readonly number[], inodes: ReadonlySet<string>): Map<string, number> {
  const owners = new Map<string, number>();
  for (const pid of pids) {
    for (const inode of socketsOf(pid)) if (inodes.has(inode) && !owners.has(inode)) owners.set(inode, pid);
    if (owners.size === inodes.size) break;
  }
  return owners;
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => inodeOf(`/proc/${pid}/fd/${name}`) ?? []);
  } catch {
    return []; // it has ended, or is somebody else's
  }
}

function inodeOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
