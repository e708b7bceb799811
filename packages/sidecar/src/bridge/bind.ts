import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import type { Socket } from 'zeromq';

/** Binds `HOST:PORT`s (port 0 picks one), all or none. @throws OutriderError('unavailable') */
export function bindEach(
  socket: Pick<Socket, 'bindSync' | 'close' | 'ipv6'> & { readonly lastEndpoint: string | null },
  listen: readonly string[],
  what: string,
): readonly string[] {
  socket.ipv6 = listen.some((address) => address.startsWith('['));
  try {
    return listen.map((address) => {
      bindOne(socket, address, what);
      return (socket.lastEndpoint ?? address).replace('tcp://', '');
    });
  } catch (error) {
    socket.close();
    throw error;
  }
}

function bindOne(socket: Pick<Socket, 'bindSync'>, address: string, what: string): void {
  try {
    socket.bindSync(`tcp://${address.replace(/:0$/, ':*')}`);
  } catch (error) {
    throw new OutriderError('unavailable', `Cannot listen on ${address} (${what}): ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
