import { expect, test } from 'vitest';
import { excerpt, failureOf } from './answer.js';
import { isShared } from './proof.js';
import { judgeAnswer } from './zmq-answer.js';

test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'ETERM'])('%s is the trouble of the one who asks', (code) => {
  const error = Object.assign(new Error('no'), { code });
  expect(failureOf(error, 'GET x')).toEqual({ status: 'error', detail: 'Could not ask: no.' });
});

test('anything else is a failure of the agent', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(failureOf(error, 'GET x')).toEqual({ status: 'failed', detail: 'GET x: connect ECONNREFUSED.' });
});

test('what an agent says is kept short and on one line', () => {
  expect(excerpt('a\n\u001b[31mb\u0007\t c ')).toBe('a [31mb c');
  expect(excerpt('x'.repeat(10_000))).toHaveLength(503);
});

test.each([
  ['healthy', 'ok', 'healthy'],
  ['{"status":"healthy"}', 'ok', 'healthy'],
  ['{"status":"healthy","detail":"12 tasks","busy":true}', 'ok', 'healthy: 12 tasks (busy)'],
  ['{"status":"degraded","detail":"no GPU"}', 'ok', 'degraded: no GPU'],
  ['{"status":"unhealthy","detail":"disk full"}', 'failed', 'unhealthy: disk full'],
  ['{"status":"fine"}', 'failed', 'Expected "healthy", got "{"status":"fine"}"'],
  ['{"status":', 'failed', 'Expected "healthy", got "{"status":"'],
  ['null', 'failed', 'Expected "healthy", got "null"'],
  ['Healthy', 'failed', 'Expected "healthy", got "Healthy"'],
  ['', 'failed', 'Expected "healthy", got ""'],
])('the answer %s is %s', (text, status, detail) => {
  expect(judgeAnswer(text, 'healthy')).toMatchObject({ status, detail });
});

test('by its own word an agent is degraded, or busy, and well all the same', () => {
  expect(judgeAnswer('{"status":"degraded"}', '')).toMatchObject({ status: 'ok', degraded: true, busy: false });
  expect(judgeAnswer('{"status":"healthy","busy":true}', '')).toMatchObject({ degraded: false, busy: true });
});

test.each([
  ['127.0.0.1', 80, true],
  ['localhost', 80, true],
  ['127.0.0.2', 80, false],
  ['127.0.0.1', 81, false],
  ['127.0.0.9', 90, true],
  ['::1', 90, true],
  ['example.org', 80, true],
  ['example.org', 99, false],
])('%s:%i among the shared: %s', (host, port, shared) => {
  expect(isShared(host, port, ['127.0.0.1:80', '0.0.0.0:90', '/run/x.sock'])).toBe(shared);
});
