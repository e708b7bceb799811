import type { ProbeMethod } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldSocket } from '../agent/identity.js';
import { createProcesses } from '../process/processes.js';
import { acceptsAtOnce } from '../process/quick-connect.js';
import { createSockets } from '../process/sockets.js';
import { Scratch } from '../process/testing/scratch.js';
import { createProbes } from './probes.js';
import { checkBy } from './testing/questions.js';

const processes = createProcesses();
const probes = createProbes({ ownsConnection: (...of) => processes.ownsConnection(...of), acceptsAtOnce });
const sockets = createSockets();
let scratch: Scratch;
let held: readonly HeldSocket[];
let address: string;
beforeEach(() => {
  scratch = new Scratch();
  held = sockets.hold('app', 'web', [{ name: 'http', listen: '127.0.0.1:0' }]);
  address = held[0]!.address;
});
afterEach(async () => {
  sockets.release('app', []);
  await scratch.end();
});

type Agent = Awaited<ReturnType<typeof serving>>;

/** An agent on the shared socket that answers every request with this status. */
async function serving(status: number) {
  const incarnation = scratch.incarnation();
  const program = `require('node:http').createServer((q, r) => r.writeHead(${status}).end('${incarnation}'))
    .listen({ fd: 3 }, () => console.log('ready'))`;
  const logFile = scratch.path(incarnation);
  const agent = scratch.start({ command: [process.execPath, '-e', program], sockets: held, logFile }, incarnation);
  await eventually(() => expect(scratch.read(incarnation)).toBe('ready\n'));
  return agent;
}

/** Has the socket, and never accepts from it. */
const mute = (): Agent => scratch.start({ command: ['sleep', '1000'], sockets: held });

/** The same over gRPC: SERVING (1) or another word of the health service. */
async function servingGrpc(word: number) {
  const incarnation = scratch.incarnation();
  const program = `require('node:http2').createServer().on('stream', (stream) => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, ${word}]));
    }).listen({ fd: 3 }, () => console.log('ready'))`;
  const logFile = scratch.path(incarnation);
  const agent = scratch.start({ command: [process.execPath, '-e', program], sockets: held, logFile }, incarnation);
  await eventually(() => expect(scratch.read(incarnation)).toBe('ready\n'));
  return agent;
}

const grpc = (): ProbeMethod => ({ kind: 'grpc', address, service: '' });
const http = (): ProbeMethod => ({ kind: 'http', url: `http://${address}/`, status: 200 });
const tcp = (): ProbeMethod => ({ kind: 'tcp', address });

function ask(method: ProbeMethod, agent: Agent, timeoutMs?: number, shared = [address]) {
  const target = {
    identity: agent.identity,
    incarnation: agent.incarnation,
    shared,
    env: { PATH: process.env['PATH'] ?? '' },
    cwd: scratch.folder,
  };
  return probes.ask(checkBy(method, timeoutMs), target, new AbortController().signal);
}

test('the answers of a good old instance never speak for a mute new one', async () => {
  const old = await serving(200);
  const candidate = mute();
  for (let i = 0; i < 5; i++) {
    expect(await ask(http(), candidate)).toMatchObject({
      status: 'unproven',
      detail: `Another instance that shares ${address} answers there.`,
    });
    expect(await ask(tcp(), candidate)).toMatchObject({ status: 'unproven' });
  }
  expect(await ask(http(), old)).toMatchObject({ status: 'ok', detail: `HTTP 200: ${old.incarnation}` });
  expect(await ask(tcp(), old)).toMatchObject({ status: 'ok' });
  // This is what would happen without proof.
  expect(await ask(http(), candidate, 30_000, [])).toMatchObject({ status: 'ok' });
});

test('a new instance that answers badly fails, however well the old one answers', async () => {
  await serving(200);
  const candidate = await serving(500);
  const seen = new Set<string>();
  await eventually(async () => {
    const answer = await ask(http(), candidate);
    seen.add(answer.status);
    expect(answer).toMatchObject({
      status: 'failed',
      detail: `Expected HTTP 200, got HTTP 500: ${candidate.incarnation}`,
    });
  });
  for (let i = 0; i < 10; i++) seen.add((await ask(http(), candidate)).status);
  expect(seen).not.toContain('ok');
});

test('over gRPC too, only the asked one speaks for itself', async () => {
  const old = await servingGrpc(1);
  expect(await ask(grpc(), mute())).toMatchObject({ status: 'unproven' });
  expect(await ask(grpc(), old)).toMatchObject({ status: 'ok', detail: 'SERVING' });
  const candidate = await servingGrpc(2);
  await eventually(async () =>
    expect(await ask(grpc(), candidate)).toMatchObject({ status: 'failed', detail: 'NOT_SERVING' }),
  );
  for (let i = 0; i < 10; i++) expect((await ask(grpc(), candidate)).status).not.toBe('ok');
});

test('a good new instance is found among good old ones, and the other way round', async () => {
  const [old, candidate] = [await serving(200), await serving(200)];
  for (const agent of [old, candidate]) {
    await eventually(async () =>
      expect(await ask(http(), agent)).toMatchObject({ status: 'ok', detail: `HTTP 200: ${agent.incarnation}` }),
    );
    await eventually(async () => expect(await ask(tcp(), agent)).toMatchObject({ status: 'ok' }));
  }
});

test('where nobody accepts, it is a failure and not a doubt', async () => {
  const candidate = mute();
  for (const method of [http(), tcp()]) {
    expect(await ask(method, candidate, 100)).toMatchObject({
      status: 'failed',
      detail: `Nobody accepts connections to ${address} in time.`,
    });
  }
});

test('a connection that was closed at once is no failure, and a proof only where it was seen in time', async () => {
  const program = `require('node:net').createServer((s) => s.destroy()).listen({ fd: 3 }, () => console.log('ready'))`;
  const agent = scratch.start({ command: [process.execPath, '-e', program], sockets: held });
  await eventually(() => expect(scratch.read('log')).toBe('ready\n'));
  expect(['unproven', 'ok']).toContain((await ask(tcp(), agent)).status);
});

test('a ZeroMQ answer is proven by its connection too', async () => {
  const program = `
    const { Reply } = require('${import.meta.resolve('zeromq').replace('file://', '')}');
    (async () => {
      const socket = new Reply();
      await socket.bind('tcp://127.0.0.1:*');
      console.log(socket.lastEndpoint);
      for await (const [question] of socket) await socket.send('healthy');
    })();`;
  const server = scratch.start({ command: [process.execPath, '-e', program] });
  const endpoint = await eventually(() => {
    const text = scratch.read('log');
    expect(text).toMatch(/\d\n$/);
    return text.trim();
  });
  const question = { kind: 'zmq', connect: endpoint, send: 'health_check', expect: 'healthy' } as const;
  const shared = [endpoint.slice('tcp://'.length)];
  expect(await ask(question, server, 30_000, shared)).toMatchObject({ status: 'ok', detail: 'healthy' });
  expect(await ask(question, mute(), 30_000, shared)).toMatchObject({ status: 'unproven' });
  expect(
    await ask({ ...question, connect: endpoint.replace('127.0.0.1', 'localhost') }, server, 30_000, shared),
  ).toMatchObject({ status: 'ok' });
});
