/** One HTTP listener with limits: slow, endless and malformed requests are cut off with a sentence. Routes nothing. */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { OutriderError } from '../runtime/errors.js';
import { reasonOf } from '../runtime/system-error.js';
import { formatHostPort, parseHostPort } from '../runtime/listen.js';
import { type HttpAnswer, sendAnswer } from './answer.js';
import { sendLines } from './send-lines.js';

export interface HttpListener {
  /** `HOST:PORT` as bound, or the path of a unix socket. */
  readonly address: string;
  /** 0 where it is no port. */
  readonly port: number;
  /** Ends what is followed, cuts what else is open. */
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
const END_WITHIN_MS = 1_000;

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
  const ending = new AbortController();
  const followed = new Set<Promise<void>>();
  const server = createServer(LIMITS, (request, response) => {
    void handle(request).then(
      ({ lines, ...answer }) =>
        lines === undefined ? sendAnswer(request, response, answer) : follow({ ...answer, lines }),
      () => void response.destroy(),
    );
    const follow = (answer: HttpAnswer & Required<Pick<HttpAnswer, 'lines'>>): void => {
      const sent = sendLines(request, response, answer, ending.signal)
        .catch(() => void response.destroy())
        .finally(() => followed.delete(sent));
      followed.add(sent);
    };
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', refuseMalformed);
  if (upgrade !== undefined) server.on('upgrade', upgrade);
  const port = await bind(server, address);
  const { host } = parseHostPort(address) ?? {};
  return {
    address: host === undefined ? address : formatHostPort({ host, port }),
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      ending.abort();
      // What is followed has its end by then, or is cut off.
      await Promise.race([Promise.all(followed), pause(END_WITHIN_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
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
