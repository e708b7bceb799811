/** For tests: callers of a listening socket, by its address as agents declare it. */
import { spawnSync } from 'node:child_process';
import { type Socket, connect } from 'node:net';

/** Whether the kernel takes a connection there, though nobody may accept it yet. */
export const takesConnections = (address: string): Promise<boolean> =>
  said(address).then(
    () => true,
    () => false,
  );

/** All that is said to a caller; rejects where nobody listens. `whole`: waits until the connection is closed. */
export function said(address: string, whole = false): Promise<string> {
  if (address.startsWith('@')) return saidAbstract(address, whole);
  return new Promise((resolve, reject) => {
    const socket = connectTo(address);
    let words = '';
    socket.on('data', (chunk) => (words += chunk.toString()));
    socket.once('connect', () => {
      if (!whole) socket.destroy();
    });
    socket.once('close', () => resolve(words)).once('error', reject);
  });
}

function connectTo(address: string): Socket {
  const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
  return address.startsWith('/') ? connect(address) : connect(Number(port), host);
}

/** Node 20 can't connect to abstract names. */
const ABSTRACT = `
import socket, sys
caller = socket.socket(socket.AF_UNIX)
caller.connect('\\0' + sys.argv[1][1:])
if sys.argv[2] == 'true': print(caller.makefile().read(), end='')
`;

function saidAbstract(address: string, whole: boolean): Promise<string> {
  const { status, stdout } = spawnSync('python3', ['-c', ABSTRACT, address, String(whole)], { encoding: 'utf8' });
  return status === 0 ? Promise.resolve(stdout) : Promise.reject(new Error(`Nobody listens on ${address}.`));
}
