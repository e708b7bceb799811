/** The port `PortHolders` over the kernel's tables: who listens on an address. Opens nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseSocketAddress } from '@outrider/shared/runtime/listen.js';
import type { PortHolders } from '../supervise/preflight/ports.js';
import { listeningInodes, listeningUnixInodes, socketsOf } from './connection.js';

export const createPortHolders = (): PortHolders => ({
  strangerOn: (listen, app, host) => {
    const inodes = new Set(inodesOn(listen));
    if (inodes.size === 0) return undefined;
    // What systemd or an earlier sidecar has left to this one is for the agents.
    if (has(process.pid, inodes)) return undefined;
    const holders = processes().filter((pid) => has(pid, inodes));
    if (holders.some((pid) => isAgentOf(pid, app, host))) return undefined;
    // Let go meanwhile: whoever had it has ended, as an agent that is being replaced does.
    if (!inodesOn(listen).some((inode) => inodes.has(inode))) return undefined;
    const [pid] = holders;
    return pid === undefined ? 'another program' : `process ${pid} (${nameOf(pid)})`;
  },
});

const WILDCARDS = ['0.0.0.0', '::'];

/** Also of those that listen on every address: the kernel gives the port to nobody else then. */
function inodesOn(listen: string): readonly string[] {
  const address = parseSocketAddress(listen);
  if (address?.kind === 'unix') return listeningUnixInodes(address.path);
  // What is no address is refused where it is opened.
  if (address === undefined || address.port === 0 || isIP(address.host) === 0) return [];
  return [address.host, ...WILDCARDS].flatMap((host) => listeningInodes(host, address.port));
}

const has = (pid: number, inodes: ReadonlySet<string>): boolean =>
  [...socketsOf(pid).keys()].some((inode) => inodes.has(inode));

const processes = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function isAgentOf(pid: number, app: string, host: string): boolean {
  const variables = new Set(textOf(`/proc/${pid}/environ`).split('\0'));
  return variables.has(`OUTRIDER_APP=${app}`) && variables.has(`OUTRIDER_HOST=${host}`);
}

const nameOf = (pid: number): string => textOf(`/proc/${pid}/comm`).trim() || 'unknown';

/** Empty where it has ended, or we may not look. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
