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

/** Our own copies in the order asked for; undefined unless all could be had. */
export function recoverListeners(
  addresses: readonly SocketAddress[],
  identity: ProcessIdentity,
): readonly number[] | undefined {
  if (addresses.length === 0) return [];
  const copies: number[] = [];
  let processFd: number | undefined;
  try {
    processFd = openProcess(identity.pid);
    // Asked after the descriptor was opened: from here on the pid can be nobody else's.
    if (!isSame(identity)) return undefined;
    const theirs = socketsOf(identity.pid);
    for (const address of addresses) {
      const fd = inodesOf(address)
        .map((inode) => theirs.get(inode))
        .find((found) => found !== undefined);
      if (fd === undefined) break;
      copies.push(copyDescriptor(processFd, fd));
    }
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
  } finally {
    if (processFd !== undefined) closeDescriptor(processFd);
  }
  if (copies.length === addresses.length) return copies;
  for (const fd of copies) closeDescriptor(fd);
  return undefined;
}

const inodesOf = (address: SocketAddress): readonly string[] =>
  address.kind === 'unix' ? listeningUnixInodes(address.path) : listeningInodes(address.host, address.port);
