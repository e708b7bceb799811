import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { OutriderError } from '../runtime/errors.js';
import { eventually } from '../testing/eventually.js';
import type { HttpAnswer } from './answer.js';
import { type HttpListener, listenHttp } from './listener.js';

let listener: HttpListener | undefined;
afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

type Lines = NonNullable<HttpAnswer['lines']>;

async function serve(lines: Lines, patienceMs?: number): Promise<string> {
  const answer = { status: 200, lines, ...(patienceMs === undefined ? {} : { patienceMs }) };
  listener = await listenHttp('127.0.0.1:0', async () => answer);
  return `http://${listener.address}/`;
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

it('is a line of JSON each, and what goes wrong later is the last one', async () => {
  const url = await serve(async function* () {
    yield { a: 1 };
    throw new OutriderError('unavailable', 'It went away.');
  });
  const response = await fetch(url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
  expect(await response.text()).toBe('{"a":1}\n{"error":"It went away."}\n');
});

it('what goes wrong before anything was said is an answer of its own', async () => {
  const url = await serve(async function* () {
    throw new OutriderError('not_found', 'There is no such agent.');
  });
  const response = await fetch(url);
  expect([response.status, await response.json()]).toEqual([404, { error: 'There is no such agent.' }]);
});

it('says soon that it is there where nothing is said yet, and ends whole when the server ends', async () => {
  let ended = false;
  const url = await serve(async function* (signal) {
    await untilAborted(signal);
    ended = true;
  });
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(ended).toBe(false);
  const rest = response.text();
  await listener?.close();
  // A body that was cut off would be no body.
  expect([await rest, ended]).toEqual(['', true]);
});

it('ends with its reader', async () => {
  let ended = false;
  const url = await serve(async function* (signal) {
    yield 1;
    await untilAborted(signal);
    ended = true;
  });
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await eventually(() => ended);
});

it('cuts off a reader that does not read, and keeps next to nothing for it', async () => {
  const piece = 'x'.repeat(64 * 1024);
  let [made, ended] = [0, false];
  await serve(async function* (signal) {
    try {
      for (; !signal.aborted; made += 1) yield piece;
    } finally {
      ended = true;
    }
  }, 100);
  const socket = connect(listener?.port ?? 0, '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await eventually(() => ended);
  // What the kernel takes between two programs, and no more.
  expect(made * piece.length).toBeLessThan(64 * 1024 * 1024);
  const closed = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  await closed;
});
