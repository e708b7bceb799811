/** Looks whether addresses are free, and who has them where they are not. Keeps nothing open. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** A port of loopback that nobody has at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Why an address cannot be listened on; undefined: it can. */
export function portProblem(endpoint: string): Promise<string | undefined> {
  const [host = '', port = '0'] = endpoint.split(':');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(
        error.code === 'EADDRINUSE' ? `Taken${holder(host, Number(port))}` : `Cannot be used (${error.code ?? ''})`,
      );
    });
    server.listen({ host, port: Number(port), exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** ` by "redis-server" (pid 12)`; '' where it cannot be seen. */
function holder(host: string, port: number): string {
  const inode = listeningInode(host, port);
  const pid = inode === undefined ? undefined : ownerOf(inode);
  return pid === undefined ? '' : ` by ${commandOf(pid)} (pid ${pid})`;
}

/** Lines of /proc/net/tcp: local address (hexadecimal, bytes reversed), state 0A is listening. */
function listeningInode(host: string, port: number): string | undefined {
  const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0');
  const reversed = host
    .split('.')
    .reverse()
    .map((part) => hex(Number(part), 2));
  const wanted = [reversed.join(''), '00000000'].map((address) => `${address}:${hex(port, 4)}`);
  for (const line of read('/proc/net/tcp').split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === '0A' && wanted.includes(local)) return inode;
  }
  return undefined;
}

function ownerOf(inode: string): string | undefined {
  return readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => isSocket(`/proc/${pid}/fd/${fd}`, inode));
    } catch {
      return false;
    }
  });
}

function isSocket(path: string, inode: string): boolean {
  try {
    return readlinkSync(path) === `socket:[${inode}]`;
  } catch {
    return false;
  }
}

const commandOf = (pid: string): string =>
  read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 100) || 'a process';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
