/**
 * Whether somebody accepts at a TCP address of this machine, told by the kernel before it returns: a tenth of what a
 * connection of Node's costs. Says nothing about who it is.
 */
import { isIP } from 'node:net';
import { connectsAtOnce } from './libc/sockets.js';
import { encodeAddress } from './socket-address.js';

/** False: nobody does, or it can't be told at once. Asks nobody where `host` is a name. */
export function acceptsAtOnce(host: string, port: number): boolean {
  if (isIP(host) === 0) return false;
  const { family, bytes } = encodeAddress({ kind: 'tcp', host, port });
  return connectsAtOnce(family, bytes);
}
