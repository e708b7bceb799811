import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ProbeMethod } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Reply } from 'zeromq';
import { bootId } from '../process/process-stat.js';
import { acceptsAtOnce } from '../process/quick-connect.js';
import { Scratch, marked } from '../process/testing/scratch.js';
import type { ProbeTarget } from '../supervise/ports.js';
import { createProbes } from './probes.js';
import { PATIENT_MS, checkBy, listening as listeningUntil } from './testing/questions.js';

let scratch: Scratch;
const ends: (() => unknown)[] = [];
beforeEach(() => (scratch = new Scratch()));
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await scratch.end();
});

const probes = createProbes({
  ownsConnection: () => Promise.reject(new Error('Nothing is shared here.')),
  acceptsAtOnce,
});
const target = (more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  identity: { pid: process.pid, startTicks: 0, bootId: bootId() },
  incarnation: 'none',
  shared: [],
  env: { PATH: process.env['PATH'] ?? '' },
  cwd: scratch.folder,
  ...more,
});
const ask = (method: ProbeMethod, timeoutMs?: number, more?: Partial<ProbeTarget>) =>
  probes.ask(checkBy(method, timeoutMs), target(more), new AbortController().signal);

const listening = (server: Server): Promise<string> => listeningUntil(server, ends);

/** Reads and drops what comes, so that it sees the other end close. */
const tcpServer = (greeting?: string): Promise<string> =>
  listening(
    createServer((socket) => {
      socket.on('error', () => undefined).resume();
      if (greeting !== undefined) socket.end(greeting);
    }),
  );

async function httpServer(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  const address = await listening(server);
  ends.unshift(() => server.closeAllConnections());
  return `http://${address}/`;
}

/** Answers each question with the next of `answers`; a list is a message of several frames. */
async function zmqServer(answer: (question: string) => string | string[] | Promise<string>): Promise<string> {
  const socket = new Reply({ linger: 0 });
  await socket.bind('tcp://127.0.0.1:*');
  ends.push(() => socket.close());
  void (async () => {
    for await (const [question] of socket) await socket.send(await answer(question!.toString()));
  })().catch(() => undefined);
  return socket.lastEndpoint!;
}

test('tcp: whoever listens is well', async () => {
  const address = await tcpServer();
  expect(await ask({ kind: 'tcp', address })).toMatchObject({ status: 'ok', detail: `${address} accepts connections` });
  expect(await ask({ kind: 'tcp', address: address.replace('127.0.0.1', 'localhost') })).toMatchObject({
    status: 'ok',
  });
});

test.each([
  ['127.0.0.1:1', 'Connection to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1.'],
  ['nonsense', '"nonsense" is no HOST:PORT.'],
  ['127.0.0.1:99999', '"127.0.0.1:99999" is no HOST:PORT.'],
])('tcp: %s is no answer', async (address, detail) => {
  expect(await ask({ kind: 'tcp', address })).toMatchObject({ status: 'failed', detail });
});

test('http: the status must be the expected one', async () => {
  const url = await httpServer((request, response) => {
    response.writeHead(request.url === '/bad' ? 503 : 200, { location: '/' }).end('disk\nfull');
  });
  expect(await ask({ kind: 'http', url, status: 200 })).toMatchObject({ status: 'ok', detail: 'HTTP 200: disk full' });
  expect(await ask({ kind: 'http', url: `${url}bad`, status: 503 })).toMatchObject({ status: 'ok' });
  expect(await ask({ kind: 'http', url: `${url}bad`, status: 200 })).toMatchObject({
    status: 'failed',
    detail: 'Expected HTTP 200, got HTTP 503: disk full',
  });
});

test('http: redirects are answers, not ways', async () => {
  const url = await httpServer((_request, response) => response.writeHead(302, { location: '/' }).end());
  expect(await ask({ kind: 'http', url, status: 200 })).toMatchObject({ status: 'failed' });
  expect(await ask({ kind: 'http', url, status: 302 })).toMatchObject({ status: 'ok', detail: 'HTTP 302' });
});

test('http: a body without end is read in part', async () => {
  let closed = false;
  const url = await httpServer((_request, response) => {
    const more = (): void => void response.write('x'.repeat(1000), () => closed || setImmediate(more));
    response.on('close', () => (closed = true));
    more();
  });
  expect(await ask({ kind: 'http', url, status: 200 })).toMatchObject({ status: 'ok' });
  await eventually(() => expect(closed).toBe(true));
});

test('http: silence, half an answer and nonsense are failures, in time', async () => {
  const silent = await httpServer(() => undefined);
  expect(await ask({ kind: 'http', url: silent, status: 200 }, 50)).toMatchObject({
    status: 'failed',
    detail: `GET ${silent}: no answer within 50 ms.`,
  });
  const half = await httpServer((_request, response) => void response.write('half'));
  expect(await ask({ kind: 'http', url: half, status: 200 }, 50)).toMatchObject({ status: 'failed' });
  const nonsense = await tcpServer('hello');
  expect(await ask({ kind: 'http', url: `http://${nonsense}/`, status: 200 })).toMatchObject({ status: 'failed' });
  expect(await ask({ kind: 'http', url: 'ftp://x', status: 200 })).toMatchObject({
    status: 'failed',
    detail: '"ftp://x" is no http:// or https:// URL.',
  });
});

test('zmq: asks what it is told to, and takes the answers of docs/protocol.md', async () => {
  const connect = await zmqServer((question) =>
    question === 'health_check'
      ? 'healthy'
      : question === 'two'
        ? ['healthy', 'more']
        : '{"status":"degraded","detail":"slow"}',
  );
  const question = { kind: 'zmq', connect, send: 'health_check', expect: 'healthy' } as const;
  expect(await ask(question)).toMatchObject({ status: 'ok', detail: 'healthy' });
  expect(await ask({ ...question, send: 'two' })).toMatchObject({ status: 'ok' });
  expect(await ask({ ...question, send: 'other' })).toMatchObject({ status: 'ok', detail: 'degraded: slow' });
  expect(await ask({ ...question, expect: 'fit' })).toMatchObject({
    status: 'failed',
    detail: 'Expected "fit", got "healthy"',
  });
});

test('zmq: nobody there, nobody answering and no endpoint are failures, in time', async () => {
  const mute = await zmqServer(() => new Promise(() => undefined));
  const question = { kind: 'zmq', send: 'health_check', expect: 'healthy' } as const;
  for (const connect of ['tcp://127.0.0.1:1', `ipc://${scratch.path('none')}`, mute]) {
    expect(await ask({ ...question, connect }, 50)).toMatchObject({
      status: 'failed',
      detail: `health_check to ${connect}: no answer within 50 ms.`,
    });
  }
  expect(await ask({ ...question, connect: 'nonsense' })).toMatchObject({
    status: 'failed',
    detail: 'health_check to nonsense: Invalid argument.',
  });
});

test('exec: runs in the environment and folder of the agent, and its end decides', async () => {
  const run = (script: string) =>
    ask({ kind: 'exec', command: ['sh', '-c', script] }, PATIENT_MS, {
      env: { PATH: process.env['PATH']!, WHO: 'me' },
    });
  expect(await run('echo $WHO; pwd')).toMatchObject({ status: 'ok', detail: `me ${scratch.folder}` });
  expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({
    status: 'failed',
    detail: expect.stringMatching(/^sh ended with 3: (out err|err out)$/) as unknown,
  });
  expect(await run('kill -9 $$')).toMatchObject({ status: 'failed', detail: 'sh was ended by SIGKILL' });
  expect(await run('yes | head -c 1000000')).toMatchObject({ status: 'ok' });
  expect(await ask({ kind: 'exec', command: ['no-such-program'] })).toMatchObject({
    status: 'failed',
    detail: 'Cannot run no-such-program: spawn no-such-program ENOENT.',
  });
});

test('exec: at its timeout, all it has started is ended', async () => {
  const env = { PATH: process.env['PATH']!, OUTRIDER_INCARNATION: scratch.incarnation() };
  const script = 'sleep 1000 & touch started; sleep 1000';
  const asked = ask({ kind: 'exec', command: ['sh', '-c', script] }, 500, { env });
  expect(await asked).toMatchObject({ status: 'failed', detail: 'sh: no answer within 500 ms.' });
  await eventually(() => expect(marked(env.OUTRIDER_INCARNATION)).toEqual([]));
});

test('exec: what it leaves behind neither delays its answer nor stays', async () => {
  const env = { PATH: process.env['PATH']!, OUTRIDER_INCARNATION: scratch.incarnation() };
  const answer = await ask({ kind: 'exec', command: ['sh', '-c', 'sleep 1000 & echo done'] }, PATIENT_MS, { env });
  expect(answer).toMatchObject({ status: 'ok', detail: 'done' });
  await eventually(() => expect(marked(env.OUTRIDER_INCARNATION)).toEqual([]));
});

test('a question that is called off says nothing about the agent', async () => {
  const url = await httpServer(() => undefined);
  const off = new AbortController();
  const asked = [
    probes.ask(checkBy({ kind: 'http', url, status: 200 }), target(), off.signal),
    probes.ask(checkBy({ kind: 'exec', command: ['sleep', '1000'] }), target(), off.signal),
    probes.ask(checkBy({ kind: 'zmq', connect: 'tcp://127.0.0.1:1', send: '', expect: '' }), target(), off.signal),
  ];
  off.abort();
  asked.push(probes.ask(checkBy({ kind: 'tcp', address: '127.0.0.1:1' }), target(), off.signal));
  for (const answer of await Promise.all(asked)) {
    expect(answer).toMatchObject({ status: 'error', detail: 'The question was called off.' });
  }
});

test('zmq: a connection that nobody takes yet is tried again at least every 50 ms', async () => {
  let tries = 0;
  const address = await listening(
    createServer((socket) => {
      tries += 1;
      socket.on('error', () => undefined).destroy();
    }),
  );
  await import('zeromq');
  // Counted by the same process, so that both are late together.
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 50);
  const answer = await ask({ kind: 'zmq', connect: `tcp://${address}`, send: 'x', expect: 'y' }, 2_000);
  clearInterval(ticking);
  expect(answer.status).toBe('failed');
  expect(ticks).toBeGreaterThan(10);
  expect(tries).toBeGreaterThanOrEqual(ticks);
});

test('what is told is not asked for', async () => {
  expect(await ask({ kind: 'heartbeat', withinMs: 1000 })).toMatchObject({ status: 'error' });
  expect(await ask({ kind: 'notify' })).toMatchObject({ status: 'error' });
});

/** Asks with no descriptor left to ask with. */
const EXHAUSTED = `
import { openSync, closeSync } from 'node:fs';
const { createProbes } = await import(process.argv[2]);
const probes = createProbes({ ownsConnection: async () => undefined, acceptsAtOnce: () => false });
const target = { shared: [], env: process.env, cwd: '/' };
const ask = (method) => probes.ask({ method, timeoutMs: 20000 }, target, new AbortController().signal);
const methods = [
  { kind: 'tcp', address: '127.0.0.1:1' },
  { kind: 'http', url: 'http://127.0.0.1:1/', status: 200 },
  { kind: 'exec', command: ['true'] },
  { kind: 'grpc', address: '127.0.0.1:1', service: '' },
  { kind: 'zmq', connect: 'tcp://127.0.0.1:1', send: 'x', expect: 'y' },
];
// Everything is loaded before nothing can be opened any more.
await import('zeromq');
for (const method of methods.slice(0, 4)) await ask(method);
const held = [];
try { for (;;) held.push(openSync('/dev/null')); } catch {}
const answers = [];
for (const method of methods) answers.push(await ask(method));
held.forEach((fd) => closeSync(fd));
console.log(JSON.stringify(answers));
`;

test('out of descriptors, the prober blames itself', () => {
  const built = fileURLToPath(new URL('../../dist/probe/probes.js', import.meta.url));
  if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build first.`);
  // Beside the built file, where the libraries are found.
  writeFileSync(
    scratch.path('ask.mjs'),
    EXHAUSTED.replace(`import('zeromq')`, `import('${import.meta.resolve('zeromq')}')`),
  );
  const script = `ulimit -n 64; exec "$@"`;
  const output = execFileSync('sh', ['-c', script, 'sh', process.execPath, scratch.path('ask.mjs'), built], {
    encoding: 'utf8',
  });
  const answers = JSON.parse(output) as { status: string; detail: string }[];
  expect(answers.map(({ status }) => status)).toEqual(['error', 'error', 'error', 'error', 'error']);
});

test('a thousand questions leave nothing behind', async () => {
  const url = await httpServer((_request, response) => response.end('ok'));
  const address = await tcpServer('');
  const connect = await zmqServer(() => 'healthy');
  const silent = await tcpServer();
  const once = async (): Promise<void> => {
    const answers = await Promise.all([
      ask({ kind: 'http', url, status: 200 }),
      ask({ kind: 'tcp', address }),
      ask({ kind: 'tcp', address: '127.0.0.1:1' }),
      ask({ kind: 'zmq', connect, send: 'health_check', expect: 'healthy' }),
      ask({ kind: 'zmq', connect: `tcp://${silent}`, send: 'x', expect: 'healthy' }, 1),
      ask({ kind: 'http', url: `http://${silent}/`, status: 200 }, 1),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['ok', 'ok', 'failed', 'ok', 'failed', 'failed']);
  };
  for (let i = 0; i < 5; i++) await once();
  const before = held();
  for (let i = 0; i < 170; i++) await once();
  for (let i = 0; i < 10; i++) await ask({ kind: 'exec', command: ['true'] });
  // Sockets of ZeroMQ and connections end a moment after they are closed.
  await eventually(() => {
    expect(held().descriptors).toBeLessThanOrEqual(before.descriptors + 2);
    expect(held().timers).toBeLessThanOrEqual(before.timers);
    // Those of earlier tests may have been on their way out.
    expect(held().children).toBeLessThanOrEqual(before.children);
  });
});

const held = () => ({
  descriptors: readdirSync('/proc/self/fd').length,
  timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  children: readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').length,
});
