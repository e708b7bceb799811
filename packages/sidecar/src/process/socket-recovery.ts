/**
 * Takes listening sockets back from a process that was started with them, after the sidecar that opened them was
 * killed. Proves each by its address; changes nothing in the other process.
 */
import type { SocketAddress } from '@outrider/shared/runtime/listen.js';
import type { ProcessIdentity } from '../agent/identity.js';
import { listeningInodes, listeningUnixInodes, socketsOf } from './connection.js';
import { closeDescriptor } from './libc/descriptors.js';
import { SystemCallError } from './libc/library.js';
import { copyDescriptor, openProcess } from './libc/processes.js';
import { isSame } from './process-stat.js';

/** Our own copies in the order asked for; undefined for each that can't be had. */
export function recoverListeners(
  addresses: readonly SocketAddress[],
  identity: ProcessIdentity,
): readonly (number | undefined)[] {
  let processFd: number | undefined;
  try {
    const opened = (processFd = openProcess(identity.pid));
    // Asked after the descriptor was opened: from here on the pid can be nobody else's.
    if (!isSame(identity)) return addresses.map(() => undefined);
    const theirs = socketsOf(identity.pid);
    return addresses.map((address) => {
      const [fd] = inodesOf(address).flatMap((inode) => theirs.get(inode) ?? []);
      return fd === undefined ? undefined : copyOf(opened, fd);
    });
  } catch (error) {
    if (error instanceof SystemCallError) return addresses.map(() => undefined);
    throw error;
  } finally {
    if (processFd !== undefined) closeDescriptor(processFd);
  }
}

function copyOf(processFd: number, theirFd: number): number | undefined {
  try {
    return copyDescriptor(processFd, theirFd);
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

const inodesOf = (address: SocketAddress): readonly string[] =>
  address.kind === 'unix' ? listeningUnixInodes(address.path) : listeningInodes(address.host, address.port);
