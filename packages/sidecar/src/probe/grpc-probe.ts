/** Asks with one grpc.health.v1 Check over a connection of its own, in the clear. HTTP/2 is loaded at the first question. */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { formatHostPort, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { excerpt, failed, ok } from './answer.js';
import type { Deadline } from './deadline.js';
import { checkRequest, servingIn } from './health-messages.js';
import { connectProven, connectTo, isShared } from './proof.js';
import type { OwnsConnection } from './proof.js';

const MOST_ANSWER_BYTES = 4096;
const OK = 0;
const UNIMPLEMENTED = 12;
/** By number, as gRPC has them. */
const STATUS_WORDS =
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'.split(
    ' ',
  );

export async function askGrpc(
  method: { readonly address: string; readonly service: string },
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  const place = parseHostPort(method.address);
  if (place === undefined) return failed(`"${method.address}" is no HOST:PORT.`);
  const { host, port } = place;
  if (!isShared(host, port, target.shared)) {
    return check(await connectTo(host, port, deadline), method, deadline);
  }
  const connected = await connectProven(host, port, target, owns, deadline);
  return 'answer' in connected ? connected.answer : check(connected.socket, method, deadline);
}

async function check(
  socket: Socket,
  { address, service }: { readonly address: string; readonly service: string },
  deadline: Deadline,
): Promise<Answer> {
  const close = (): void => void socket.destroy();
  const forget = deadline.onOver(close);
  try {
    const { connect } = await import('node:http2');
    const authority = formatHostPort({ host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 });
    const session = connect(`http://${authority}`, { createConnection: () => socket });
    try {
      return judge(await exchange(session, service), address, service);
    } finally {
      session.destroy();
    }
  } finally {
    forget();
    close();
  }
}

interface Reply {
  readonly http: number;
  /** Of the trailers, or of the headers where there is nothing else. */
  readonly status: number | undefined;
  readonly message: string;
  readonly body: Buffer;
}

function judge(reply: Reply, address: string, service: string): Answer {
  const { http, status, message, body } = reply;
  if (status === undefined) return failed(`${address} does not answer as gRPC does (HTTP ${http}).`);
  if (status === UNIMPLEMENTED) return failed(`${address} has no health service (grpc.health.v1).`);
  if (status !== OK) {
    const said = excerpt(message);
    const about = service === '' ? '' : ` for service "${excerpt(service)}"`;
    return failed(`${STATUS_WORDS[status] ?? `gRPC status ${status}`}${about}${said === '' ? '' : `: ${said}`}`);
  }
  const word = servingIn(body);
  if (word === undefined) return failed(`${address} answers with no HealthCheckResponse.`);
  return word === 'SERVING' ? ok(word) : failed(word);
}

function exchange(session: ClientHttp2Session, service: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // Both may say so more than once, and after the end.
    session.on('error', reject);
    session.on('close', () => reject(new Error('the connection was closed without an answer')));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': 'outrider-probe',
      te: 'trailers',
    });
    stream.on('error', reject);
    read(stream, resolve);
    stream.end(checkRequest(service));
  });
}

function read(stream: ClientHttp2Stream, done: (reply: Reply) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let http = 0;
  let last: IncomingHttpHeaders = {};
  stream.on('response', (headers) => {
    http = headers[':status'] ?? 0;
    last = headers;
  });
  stream.on('trailers', (trailers: IncomingHttpHeaders) => (last = { ...last, ...trailers }));
  const finish = (): void => {
    const status = last['grpc-status'];
    const message = last['grpc-message'];
    done({
      http,
      status: typeof status === 'string' && /^\d{1,3}$/.test(status) ? Number(status) : undefined,
      message: typeof message === 'string' ? decoded(message) : '',
      body: Buffer.concat(chunks),
    });
  };
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    // No health service says so much.
    if (bytes > MOST_ANSWER_BYTES) stream.destroy(new Error('the answer is too long'));
    else chunks.push(chunk);
  });
  // Later than the trailers, and also where the answer is cut off.
  stream.on('close', finish);
}

/** Percent-encoded by gRPC. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
