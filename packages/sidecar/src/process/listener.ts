/** Opens and closes one socket that listens, with the file of a unix one; never accepts from it. */
import { chmodSync, chownSync } from 'node:fs';
import type { SocketSpec } from '@outrider/shared/domain/agent.js';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import type { SocketAddress } from '@outrider/shared/runtime/listen.js';
import { removeFile, statOfDescriptor, statOfEntry } from '@outrider/shared/runtime/special-file.js';
import type { Credentials } from '../supervise/ports.js';
import { listeningUnixInodes } from './connection.js';
import { closeDescriptor } from './libc/descriptors.js';
import { SystemCallError } from './libc/library.js';
import { openListener as listenOn, stopListening } from './libc/sockets.js';
import { encodeAddress, parseListenAddress } from './socket-address.js';

/** Of the file of a unix socket: who may write to it may connect. */
const PATH_MODE = 0o660;

/** @throws OutriderError('refused') with a sentence; 'invalid' where it is no address */
export function openListener(spec: SocketSpec, owner?: Credentials): number {
  const address = parseListenAddress(spec.listen);
  const { family, bytes } = encodeAddress(address);
  try {
    clearStalePath(address);
    return listenOn(family, bytes, () => {
      if (!isPath(address)) return;
      if (owner !== undefined) chownSync(address.path, owner.uid, owner.gid);
      chmodSync(address.path, spec.mode ?? PATH_MODE);
    });
  } catch (error) {
    throw refusal(spec, error);
  }
}

/**
 * Ends it for good: a copy that somebody else has still (systemd, or a process that was left) keeps the address from
 * nobody. `address` as bound.
 */
export function closeListener(fd: number, address: string): void {
  const inode = String(statOfDescriptor(fd).ino);
  const ours = address.startsWith('/') && listeningUnixInodes(address).every((other) => other === inode);
  stopListening(fd);
  closeDescriptor(fd);
  if (ours) removeSocketFile(address);
}

const isPath = (address: SocketAddress): address is Extract<SocketAddress, { kind: 'unix' }> =>
  address.kind === 'unix' && address.path.startsWith('/');

/** A unix socket's file outlives its sockets: one that nobody listens on may go. */
function clearStalePath(address: SocketAddress): void {
  if (isPath(address) && listeningUnixInodes(address.path).length === 0) removeSocketFile(address.path);
}

function removeSocketFile(path: string): void {
  if (statOfEntry(path)?.isSocket() === true) removeFile(path);
}

function refusal(spec: SocketSpec, error: unknown): OutriderError {
  if (error instanceof OutriderError) return error;
  const code = error instanceof SystemCallError ? error.code : '';
  if (code === 'EADDRINUSE') {
    return new OutriderError(
      'refused',
      `Cannot listen on ${spec.listen} (socket ${spec.name}): the address is taken by another program. End that program or declare another address.`,
      { cause: error },
    );
  }
  const advice = code === 'EADDRNOTAVAIL' ? 'This machine has no such address.' : 'Check the address of the socket.';
  return new OutriderError(
    'refused',
    `Cannot listen on ${spec.listen} (socket ${spec.name}): ${messageOf(error)}. ${advice}`,
    { cause: error },
  );
}
