/** Streams of contents beside their calls: over real connections, with ends that know them, that do not, and that break. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import type { Blob } from '../../gen/outrider/v1/Blob.js';
import type { OutgoingPiece, Piece } from '../../release/transfer/piece.js';
import { OutriderError } from '../../runtime/errors.js';
import { connectCoordinator, type CoordinatorRemote } from '../client.js';
import { coordinatorProto } from '../loader.js';
import { startGrpcServer } from '../server.js';
import { PREFACE, SIDE_KEY } from './words.js';

const TOKEN = 'token';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Methods {
  Blobs(ask: { sha256: string[] }, caller: { signal: AbortSignal }): AsyncIterable<OutgoingPiece>;
  PutBlobs(pieces: AsyncIterable<Piece>): Promise<{ stored: number }>;
}

const none = (): never => {
  throw new OutriderError('invalid', 'not here');
};

async function serverOf(methods: Partial<Methods>, listen = '127.0.0.1:0'): Promise<string> {
  const { service } = coordinatorProto().types.outrider.v1.Coordinator;
  const absent = Object.fromEntries(Object.keys(service).map((name) => [name, none]));
  const server = await startGrpcServer({
    ...{ service, proto: coordinatorProto(), listen: [listen], tokens: () => [TOKEN], open: new Set() },
    implementation: { ...absent, ...methods },
    onBug: (error) => console.error(error),
  });
  ends.push(() => server.close());
  return server.addresses[0] ?? '';
}

function remoteOf(endpoint: string, token = TOKEN): CoordinatorRemote {
  const remote = connectCoordinator({ endpoint, token });
  ends.push(() => remote.close());
  return remote;
}

/** Between both: tells how many bytes of side streams went through it, and does to them what it is told. */
async function proxyTo(target: string, treat: 'pass' | 'swallow' | { readonly cutAfter: number } = 'pass') {
  const port = Number(target.split(':')[1]);
  const seen = { side: 0, other: 0 };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const onward = connect({ host: '127.0.0.1', port });
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('end', () => other.end());
    }
    let isSide: boolean | undefined;
    const pass = (bytes: Buffer, to: Socket): void => {
      isSide ??= bytes.subarray(0, 8).equals(PREFACE.subarray(0, 8));
      seen[isSide ? 'side' : 'other'] += bytes.length;
      if (isSide && treat === 'swallow') return;
      to.write(bytes);
      if (!isSide || typeof treat !== 'object' || seen.side <= treat.cutAfter) return;
      socket.destroy();
      onward.destroy();
    };
    socket.on('data', (bytes: Buffer) => pass(bytes, onward));
    onward.on('data', (bytes: Buffer) => pass(bytes, socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** As a message may be written. */
const sent = (pieces: AsyncIterable<object>): AsyncIterable<Blob> => pieces as AsyncIterable<Blob>;

/** What a comparison byte by byte takes too long for. */
const told = (pieces: readonly Piece[]): unknown[] =>
  pieces.map(({ data, ...rest }) => ({ ...rest, data: createHash('sha256').update(data).digest('hex') }));

/** As they were when they came: they are good until the next. */
async function allOf(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const all: Piece[] = [];
  for await (const piece of pieces) all.push({ ...piece, data: Buffer.from(piece.data) });
  return all;
}

const NOTHING: Piece = {
  ...{ sha256: '', data: Buffer.alloc(0), last: false, base: '', copyOffset: 0, copySize: 0, inflatedSize: 0 },
  ...{ bundle: Buffer.alloc(0), bundleSizes: [] },
};
const piecesOf = (count: number, size: number): Piece[] =>
  Array.from({ length: count }, (_none, index) => ({ ...NOTHING, sha256: `${index}`, data: randomBytes(size) }));

const somePieces = fc.array(
  fc
    .record({
      data: fc.oneof(fc.nat(300), fc.nat(400_000), fc.constantFrom(0, 1_048_568, 1_048_576, 1_500_000)),
      last: fc.boolean(),
      copySize: fc.nat(),
      bundleSizes: fc.array(fc.nat(), { maxLength: 20 }),
    })
    .map(({ data, ...rest }): Piece => ({ ...NOTHING, ...rest, data: randomBytes(data) })),
  { maxLength: 12 },
);

it('messages of every size travel beside, to and fro', async () => {
  let given: readonly Piece[] = [];
  let got: readonly Piece[] = [];
  const server = await serverOf({
    Blobs: () => each(given as OutgoingPiece[]),
    PutBlobs: async (pieces) => ({ stored: (got = await allOf(pieces)).length }),
  });
  const { endpoint, seen } = await proxyTo(server);
  const remote = remoteOf(endpoint);
  let bytes = 0;
  await fc.assert(
    fc.asyncProperty(somePieces, async (pieces) => {
      given = pieces;
      expect(told(await allOf(remote.Blobs({}, { beside: true })))).toEqual(told(pieces));
      expect(await remote.PutBlobs(sent(each(pieces)), { beside: true })).toEqual({ stored: pieces.length });
      expect(told(got)).toEqual(told(pieces));
      bytes += 2 * pieces.reduce((sum, { data }) => sum + data.length, 0);
    }),
    { numRuns: 40 },
  );
  expect(seen.side).toBeGreaterThan(bytes);
  expect(seen.other).toBeLessThan(200_000);
});

it('what is lent is given back once it has left', async () => {
  let [lent, most] = [0, 0];
  async function* lending(): AsyncGenerator<OutgoingPiece> {
    for (const { data } of piecesOf(60, 256 * 1024)) {
      most = Math.max(most, (lent += 1));
      yield { data: data as Buffer, release: () => (lent -= 1) };
    }
  }
  const remote = remoteOf(await serverOf({ Blobs: lending }));
  for await (const piece of remote.Blobs({}, { beside: true })) expect(piece.data).toHaveLength(256 * 1024);
  expect(lent).toBe(0);
  expect(most).toBeLessThan(10);
});

it('a server of an older version answers over gRPC, and takes what comes over gRPC', async () => {
  const { service } = coordinatorProto().types.outrider.v1.Coordinator;
  const server = new grpc.Server();
  const pieces = piecesOf(5, 100_000);
  let got = 0;
  server.addService(service, {
    Blobs: (call: grpc.ServerWritableStream<object, object>) => {
      for (const piece of pieces) call.write(piece);
      call.end();
    },
    PutBlobs: (call: grpc.ServerReadableStream<Piece, object>, callback: grpc.sendUnaryData<object>) => {
      call.on('data', (piece: Piece) => (got += piece.data.length));
      call.on('end', () => callback(null, { stored: 5 }));
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, found) =>
      error === null ? resolve(found) : reject(error),
    );
  });
  ends.push(() => server.forceShutdown());
  const remote = remoteOf(`127.0.0.1:${port}`);
  expect(told(await allOf(remote.Blobs({}, { beside: true })))).toEqual(told(pieces));
  expect(await remote.PutBlobs(sent(each(pieces)), { beside: true })).toEqual({ stored: 5 });
  expect(got).toBe(500_000);
});

it('where the side stream does not come through, everything goes over gRPC', async () => {
  const pieces = piecesOf(5, 100_000);
  let got: readonly Piece[] = [];
  const server = await serverOf({
    Blobs: () => each(pieces as OutgoingPiece[]),
    PutBlobs: async (put) => ({ stored: (got = await allOf(put)).length }),
  });
  const { endpoint, seen } = await proxyTo(server, 'swallow');
  const remote = remoteOf(endpoint);
  expect(told(await allOf(remote.Blobs({}, { beside: true })))).toEqual(told(pieces));
  expect(await remote.PutBlobs(sent(each(pieces)), { beside: true })).toEqual({ stored: 5 });
  expect(told(got)).toEqual(told(pieces));
  expect(seen.side).toBeLessThan(100);
  // Nor is it tried again.
  const before = seen.side;
  expect(await allOf(remote.Blobs({}, { beside: true }))).toHaveLength(5);
  expect(seen.side).toBe(before);
}, 30_000);

it('an address that is taken is told in a sentence; a name stands for all that it means', async () => {
  const taken = await serverOf({});
  await expect(serverOf({}, taken)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^Cannot listen on 127\.0\.0\.1:\d+ \(gRPC\): .*(in use|taken).*\.$/) as string,
  });
  const named = await serverOf({ Blobs: () => each([{ data: Buffer.from('x') }]) }, 'localhost:0');
  expect(named).toMatch(/^localhost:\d+$/);
  expect(await allOf(remoteOf(named).Blobs({}, { beside: true }))).toHaveLength(1);
  expect(await allOf(remoteOf(named.replace('localhost', '127.0.0.1')).Blobs({}))).toHaveLength(1);
});

it('a side stream that breaks off fails the call, and hangs nobody', async () => {
  let ended = 0;
  async function* endless(): AsyncGenerator<OutgoingPiece> {
    try {
      for (;;) yield { data: randomBytes(100_000) };
    } finally {
      ended += 1;
    }
  }
  const server = await serverOf({
    Blobs: endless,
    PutBlobs: async (pieces) => ({ stored: (await allOf(pieces)).length }),
  });
  const remote = async (): Promise<CoordinatorRemote> =>
    remoteOf((await proxyTo(server, { cutAfter: 1_000_000 })).endpoint);
  await expect(allOf((await remote()).Blobs({}, { beside: true }))).rejects.toMatchObject({ code: 'unavailable' });
  await expect((await remote()).PutBlobs(sent(endless()), { beside: true })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('broke off') as string,
  });
  await expect.poll(() => ended).toBe(2);
});

it('says why in the words of the other end', async () => {
  const full = new OutriderError('refused', 'The disk is full. Make room.');
  async function* failing(): AsyncGenerator<OutgoingPiece> {
    yield { data: Buffer.from('first') };
    throw full;
  }
  const server = await serverOf({
    Blobs: failing,
    PutBlobs: async (pieces) => {
      for await (const piece of pieces) if (piece.data.length > 0) throw full;
      return { stored: 0 };
    },
  });
  const remote = remoteOf(server);
  const came: string[] = [];
  const asking = async (): Promise<void> => {
    for await (const { data } of remote.Blobs({}, { beside: true })) came.push(data.toString());
  };
  await expect(asking()).rejects.toMatchObject({ code: 'refused', message: full.message });
  expect(came).toEqual(['first']);
  const putting = remote.PutBlobs(sent(each(piecesOf(200, 100_000))), { beside: true });
  await expect(putting).rejects.toMatchObject({ code: 'refused', message: full.message });
  async function* spoiled(): AsyncGenerator<Piece> {
    yield* piecesOf(1, 0);
    throw new OutriderError('invalid', 'It changed while it was read.');
  }
  await expect(remote.PutBlobs(sent(spoiled()), { beside: true })).rejects.toThrow('It changed while it was read.');
  const stranger = remoteOf(server, 'another');
  await expect(allOf(stranger.Blobs({}, { beside: true }))).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(stranger.PutBlobs(sent(each(piecesOf(1, 10))), { beside: true })).rejects.toMatchObject({
    code: 'unauthenticated',
  });
});

it('who asks no further ends the call at the other end', async () => {
  let ended = false;
  async function* endless(_ask: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<OutgoingPiece> {
    try {
      while (!signal.aborted) yield { data: randomBytes(100_000) };
    } finally {
      ended = true;
    }
  }
  const remote = remoteOf(await serverOf({ Blobs: endless }));
  for await (const piece of remote.Blobs({}, { beside: true })) {
    expect(piece.data).toHaveLength(100_000);
    break;
  }
  await expect.poll(() => ended).toBe(true);
  ended = false;
  const abort = new AbortController();
  const reading = allOf(remote.Blobs({}, { beside: true, signal: abort.signal }));
  await pause(50);
  abort.abort();
  await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
  await expect.poll(() => ended).toBe(true);
});

it('a server that closes ends side streams, and what has said nothing', async () => {
  async function* endless(): AsyncGenerator<OutgoingPiece> {
    for (;;) yield { data: randomBytes(100_000) };
  }
  const { service } = coordinatorProto().types.outrider.v1.Coordinator;
  const server = await startGrpcServer({
    ...{ service, proto: coordinatorProto(), listen: ['127.0.0.1:0'], tokens: () => [TOKEN], open: new Set() },
    implementation: { ...Object.fromEntries(Object.keys(service).map((name) => [name, none])), Blobs: endless },
    onBug: () => undefined,
  });
  const endpoint = server.addresses[0] ?? '';
  const silent = connect(Number(endpoint.split(':')[1]), '127.0.0.1');
  await once(silent, 'connect');
  const reading = allOf(remoteOf(endpoint).Blobs({}, { beside: true }));
  reading.catch(() => undefined);
  await pause(100);
  await server.close();
  await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
  if (!silent.destroyed) await once(silent, 'close');
});

it.each([
  ['nobody calls for', Buffer.concat([PREFACE, randomBytes(16)])],
  ['of another version', Buffer.from('OUTRIDER SIDE 9\n0123456789abcdef')],
  ['that is none', Buffer.from('OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
  ['of HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
])('a connection %s is ended', async (_name, greeting) => {
  const endpoint = await serverOf({});
  const socket = connect(Number(endpoint.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(greeting);
  await once(socket, 'close');
});

it('greetings come in parts too', async () => {
  const pieces = piecesOf(2, 1_000);
  const endpoint = await serverOf({ Blobs: () => each(pieces as OutgoingPiece[]) });
  const socket = connect(Number(endpoint.split(':')[1]), '127.0.0.1');
  const ticket = randomBytes(16);
  for (const byte of Buffer.concat([PREFACE, ticket])) {
    socket.write(Buffer.of(byte));
    await pause(1);
  }
  const method = coordinatorProto().types.outrider.v1.Coordinator.service.Blobs;
  const client = new grpc.Client(endpoint, grpc.credentials.createInsecure());
  ends.push(() => client.close());
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${TOKEN}`);
  metadata.set(SIDE_KEY, ticket.toString('hex'));
  const call = client.makeServerStreamRequest(
    '/outrider.v1.Coordinator/Blobs',
    method.requestSerialize as (message: object) => Buffer,
    method.responseDeserialize,
    {},
    metadata,
  );
  call.on('error', () => undefined).resume();
  let got = 0;
  socket.on('data', (bytes: Buffer) => (got += bytes.length));
  await once(socket, 'end');
  expect(got).toBeGreaterThan(2_000);
});

it('a message that is larger than any is refused', async () => {
  let problem: unknown;
  const endpoint = await serverOf({
    PutBlobs: async (pieces) => {
      try {
        await allOf(pieces);
      } catch (error) {
        problem = error;
        throw error;
      }
      return { stored: 0 };
    },
  });
  const huge = { ...NOTHING, data: Buffer.alloc(5_000_000) };
  const putting = remoteOf(endpoint).PutBlobs(sent(each([{ ...NOTHING, sha256: 'a' }, huge])), { beside: true });
  await expect(putting).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('none is so large') as string,
  });
  expect(problem).toBeInstanceOf(OutriderError);
});
