/** Listens where gRPC does, and tells its connections from side streams by their first byte. */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { formatHostPort, parseHostPort } from '../../runtime/listen.js';
import { PREFACE, TICKET_BYTES } from './words.js';

export interface FrontOptions {
  /** A connection that has sent something. */
  readonly grpc: (socket: Socket) => void;
  readonly side: (ticket: string, socket: Socket) => void;
}

/** Who says nothing for so long is no caller. */
const SILENT_MS = 30_000;
const GREETING_BYTES = PREFACE.length + TICKET_BYTES;

export interface Front {
  /** `HOST:PORT` as bound; a name stays one. */
  readonly address: string;
  /** No more connections come; those that have said nothing yet are ended. */
  close(): void;
}

/** `address`: `HOST:PORT`; port 0: any. Every address of a name is bound. Rejects as `listen` does. */
export async function startFront(address: string, options: FrontOptions): Promise<Front> {
  const { host = address, port = 0 } = parseHostPort(address) ?? {};
  const silent = new Set<Socket>();
  const servers: Server[] = [];
  let bound = port;
  const close = (): void => {
    for (const server of servers) server.close();
    for (const socket of silent) socket.destroy();
  };
  try {
    for (const { address: one } of await lookup(host, { all: true })) {
      const server = createServer({ noDelay: true }, (socket) => greet(socket, options, silent));
      server.listen({ host: one, port: bound, ipv6Only: false });
      await once(server, 'listening');
      servers.push(server);
      bound = (server.address() as AddressInfo).port;
    }
  } catch (error) {
    close();
    throw error;
  }
  return { address: formatHostPort({ host, port: bound }), close };
}

function greet(socket: Socket, { grpc, side }: FrontOptions, silent: Set<Socket>): void {
  const cut = (): void => void socket.destroy();
  const heard = (): void => {
    silent.delete(socket);
    socket.off('readable', look).off('timeout', cut).setTimeout(0);
  };
  let held: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    held = Buffer.concat([held, bytes]);
    const isSide = held[0] === PREFACE[0];
    if (isSide && held.length < GREETING_BYTES) return;
    heard();
    const rest = held.subarray(isSide ? GREETING_BYTES : 0);
    if (rest.length > 0) socket.unshift(rest);
    if (isSide && !held.subarray(0, PREFACE.length).equals(PREFACE)) cut();
    else if (isSide) side(held.toString('hex', PREFACE.length, GREETING_BYTES), socket);
    else grpc(socket);
  };
  silent.add(socket);
  socket.once('close', heard);
  // What went wrong with it is of no interest to anybody here.
  socket.on('error', () => undefined);
  socket.setTimeout(SILENT_MS, cut);
  socket.on('readable', look);
}
