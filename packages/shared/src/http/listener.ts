/** One HTTP listener with limits: slow, endless and malformed requests are cut off with a sentence. Routes nothing. */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { OutriderError } from '../runtime/errors.js';
import { reasonOf } from '../runtime/system-error.js';
import { formatHostPort, parseHostPort } from '../runtime/listen.js';
import { type HttpAnswer, sendAnswer, sendLines } from './answer.js';

export interface HttpListener {
  /** `HOST:PORT` as bound, or the path of a unix socket. */
  readonly address: string;
  /** 0 where it is no port. */
  readonly port: number;
  /** Cuts what is open. */
  close(): Promise<void>;
}

const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
} as const;
const MOST_CONNECTIONS = 500;

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * `address` is `HOST:PORT` or the absolute path of a unix socket, which is made in this same turn. `handle` never
 * rejects but where the caller has gone; without `upgrade`, none is accepted.
 * @throws OutriderError('unavailable') where it can't be bound.
 */
export async function listenHttp(
  address: string,
  handle: (request: IncomingMessage) => Promise<HttpAnswer>,
  upgrade?: Upgrade,
): Promise<HttpListener> {
  const server = createServer(LIMITS, (request, response) => {
    void handle(request).then(
      (answer) => (answer.lines === undefined ? sendAnswer(request, response, answer) : follow(answer.lines)),
      () => void response.destroy(),
    );
    const follow = (lines: NonNullable<HttpAnswer['lines']>): void =>
      void sendLines(request, response, lines).catch(() => void response.destroy());
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', refuseMalformed);
  if (upgrade !== undefined) server.on('upgrade', upgrade);
  const port = await bind(server, address);
  const { host } = parseHostPort(address) ?? {};
  return {
    address: host === undefined ? address : formatHostPort({ host, port }),
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function bind(server: Server, address: string): Promise<number> {
  const place = address.startsWith('/') ? { path: address } : parseHostPort(address);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const sentence = `Cannot listen on ${address} (HTTP): ${reasonOf(error)}`;
      reject(new OutriderError('unavailable', sentence, { cause: error }));
    });
    server.listen(place, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });
}

const STATUS_OF: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  socket.on('error', () => undefined);
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ''] ?? 400;
  const body = `${JSON.stringify({ error: `This is no request that can be read: ${STATUS_CODES[status] ?? 'refused'}.` })}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nconnection: close\r\n` +
      `content-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
