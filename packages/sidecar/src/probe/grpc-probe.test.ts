import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Http2Server, ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:net';
import type { Server as NetServer } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, describe, expect, test } from 'vitest';
import { acceptsAtOnce } from '../process/quick-connect.js';
import { checkRequest, servingIn } from './health-messages.js';
import { createProbes } from './probes.js';
import { checkBy, listening as listeningUntil } from './testing/questions.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const probes = createProbes({
  ownsConnection: () => Promise.reject(new Error('Nothing is shared here.')),
  acceptsAtOnce,
});
const ask = (address: string, service = '', timeoutMs?: number) => {
  const check = checkBy({ kind: 'grpc', address, service }, timeoutMs);
  const identity = { pid: process.pid, startTicks: 0, bootId: '' };
  return probes.ask(check, { identity, incarnation: 'i', shared: [], env: {}, cwd: '/' }, new AbortController().signal);
};

const listening = (server: NetServer | Http2Server): Promise<string> => listeningUntil(server, ends);

/** What a Check is called with and answers, as bytes of protobuf. */
type Health = (service: string) => Buffer | { readonly code: number; readonly details: string };

/** A server of the library, with a health service or without. */
async function grpcServer(answer?: Health): Promise<string> {
  const server = new Server();
  if (answer !== undefined) {
    const path = '/grpc.health.v1.Health/Check';
    const same = (bytes: Buffer): Buffer => bytes;
    const definition = { path, requestStream: false, responseStream: false } as const;
    server.addService(
      {
        Check: {
          ...definition,
          requestSerialize: same,
          requestDeserialize: same,
          responseSerialize: same,
          responseDeserialize: same,
        },
      },
      {
        Check: ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
          const said = answer(request.subarray(2).toString());
          if (Buffer.isBuffer(said)) done(null, said);
          else done(said);
        },
      },
    );
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  ends.push(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

/** One that answers each request with what the test says, bytes and all. */
async function http2Server(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('session', (session) => ends.push(() => session.destroy()));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined).resume();
    answer(stream);
  });
  return listening(server);
}

const withTrailers = (stream: ServerHttp2Stream, trailers: Record<string, string>, body = Buffer.alloc(0)): void => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
};

describe('a health service', () => {
  const WORDS: Readonly<Record<string, number>> = { '': 1, memory: 2, lost: 3, odd: 0 };
  const health: Health = (service) => Buffer.from([0x08, WORDS[service] ?? 7]);

  test.each([
    ['', 'ok', 'SERVING'],
    ['memory', 'failed', 'NOT_SERVING'],
    ['lost', 'failed', 'SERVICE_UNKNOWN'],
    ['odd', 'failed', 'UNKNOWN'],
  ])('says of %j: %s, %s', async (service, verdict, detail) => {
    expect(await ask(await grpcServer(health), service)).toMatchObject({ status: verdict, detail });
  });

  test('may say UNKNOWN by an empty message, and a word that nobody knows is none', async () => {
    expect(await ask(await grpcServer(() => Buffer.alloc(0)))).toMatchObject({ status: 'failed', detail: 'UNKNOWN' });
    const address = await grpcServer(() => Buffer.from([0x08, 9]));
    expect((await ask(address)).detail).toBe(`${address} answers with no HealthCheckResponse.`);
  });

  test('does not know the service, or refuses', async () => {
    const unknown = await grpcServer(() => ({ code: status.NOT_FOUND, details: 'no "x" here' }));
    expect(await ask(unknown, 'x')).toMatchObject({
      status: 'failed',
      detail: 'NOT_FOUND for service "x": no "x" here',
    });
    const refusing = await grpcServer(() => ({ code: status.UNAUTHENTICATED, details: '' }));
    expect((await ask(refusing)).detail).toBe('UNAUTHENTICATED');
  });
});

test('an agent without a health service is told apart', async () => {
  const address = await grpcServer();
  expect(await ask(address)).toMatchObject({
    status: 'failed',
    detail: `${address} has no health service (grpc.health.v1).`,
  });
});

test('nobody there, and no address', async () => {
  expect(await ask('127.0.0.1:1')).toMatchObject({
    status: 'failed',
    detail: 'grpc.health.v1 Check at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1.',
  });
  expect((await ask('nonsense')).detail).toBe('"nonsense" is no HOST:PORT.');
});

test('one that accepts and never answers is late, and its connection is let go of', async () => {
  let closed = false;
  const address = await listening(
    createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('close', () => (closed = true))
        .resume();
    }),
  );
  expect(await ask(address, '', 100)).toMatchObject({
    status: 'failed',
    detail: `grpc.health.v1 Check at ${address}: no answer within 100 ms.`,
  });
  await eventually(() => closed);
});

describe('what answers wrongly fails with a sentence', () => {
  test('HTTP/1', async () => {
    const http = createHttpServer((_, response) => response.end('hello'));
    const address = await listening(http);
    expect((await ask(address)).status).toBe('failed');
  });

  test('a connection that is closed', async () => {
    const address = await listening(createServer((socket) => socket.destroy()));
    expect((await ask(address)).status).toBe('failed');
  });

  test.each<[string, (stream: ServerHttp2Stream) => void, RegExp]>([
    [
      'HTTP/2 that is no gRPC',
      (s) => void (s.respond({ ':status': 404 }), s.end('nothing')),
      /does not answer as gRPC does \(HTTP 404\)/,
    ],
    ['no body', (s) => withTrailers(s, { 'grpc-status': '0' }), /no HealthCheckResponse/],
    [
      'half a body',
      (s) => withTrailers(s, { 'grpc-status': '0' }, Buffer.from([0, 0, 0, 0, 9, 8])),
      /no HealthCheckResponse/,
    ],
    [
      'a compressed body',
      (s) => withTrailers(s, { 'grpc-status': '0' }, Buffer.from([1, 0, 0, 0, 2, 8, 1])),
      /no HealthCheckResponse/,
    ],
    [
      'endless words',
      (s) => withTrailers(s, { 'grpc-status': '0' }, Buffer.alloc(1_000_000)),
      /the answer is too long/,
    ],
    ['an odd status', (s) => withTrailers(s, { 'grpc-status': 'x' }), /does not answer as gRPC does/],
    [
      'an unknown status',
      (s) => withTrailers(s, { 'grpc-status': '99', 'grpc-message': '%zz' }),
      /^gRPC status 99: %zz$/,
    ],
    ['a reset', (s) => s.close(8), /./],
  ])('%s', async (_what, answer, detail) => {
    const result = await ask(await http2Server(answer));
    expect(result.status).toBe('failed');
    expect(result.detail).toMatch(detail);
  });
});

describe('the messages', () => {
  test('are those of protobuf', () => {
    expect(checkRequest('')).toEqual(Buffer.alloc(5));
    expect(checkRequest('ab')).toEqual(Buffer.from([0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]));
    expect([...checkRequest('x'.repeat(300)).subarray(0, 8)]).toEqual([0, 0, 0, 1, 0x2f, 0x0a, 0xac, 2]);
  });

  const frame = (...message: number[]): Buffer => Buffer.from([0, 0, 0, 0, message.length, ...message]);

  test.each([
    [frame(8, 1), 'SERVING'],
    [frame(0x12, 2, 1, 1, 8, 2), 'NOT_SERVING'],
    [frame(0x19, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1, 0x25, 1, 2, 3, 4), 'SERVING'],
    [frame(), 'UNKNOWN'],
    [frame(8), undefined],
    [frame(8, 0x80), undefined],
    [frame(0x12, 9, 1), undefined],
    [frame(8, 4), undefined],
    [frame(...Array.from({ length: 20 }, () => 0xff)), undefined],
    [Buffer.from([0, 0, 0, 0]), undefined],
    [Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 8, 1]), undefined],
  ])('%j is %s', (bytes, word) => {
    expect(servingIn(bytes)).toBe(word);
  });
});
