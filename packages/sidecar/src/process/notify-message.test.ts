import { expect, test } from 'vitest';
import { parseNotify } from './notify-message.js';

const parse = (text: string | Buffer) => parseNotify(7, Buffer.from(text));
const nothing = { pid: 7, ready: false, stopping: false };

test.each([
  ['READY=1', { ready: true }],
  ['READY=1\nSTATUS=12 models loaded\nMAINPID=1', { ready: true, status: '12 models loaded' }],
  ['STOPPING=1\n', { stopping: true }],
  ['WATCHDOG=1', { watchdog: 'alive' }],
  ['WATCHDOG=trigger', { watchdog: 'trigger' }],
  ['EXTEND_TIMEOUT_USEC=2500000', { extendMs: 2_500 }],
  ['STATUS=', { status: '' }],
  ['STATUS=a=b', { status: 'a=b' }],
  ['STATUS=one\nSTATUS=two', { status: 'two' }],
])('%j is heard', (text, said) => {
  expect(parse(text)).toEqual({ ...nothing, ...said });
});

test.each([
  '',
  '\n\n',
  'READY',
  'READY=0',
  'READY=2',
  ' READY=1',
  'ready=1',
  '=1',
  'WATCHDOG=2',
  'WATCHDOG_USEC=5',
  'RELOADING=1',
  'FDSTORE=1',
  'EXTEND_TIMEOUT_USEC=-1',
  'EXTEND_TIMEOUT_USEC=0',
  'EXTEND_TIMEOUT_USEC=1e9',
  'EXTEND_TIMEOUT_USEC=99999999999999999999999',
  'X'.repeat(4096),
  '__proto__=1\nconstructor=READY=1',
])('%j says nothing', (text) => {
  expect(parse(text)).toEqual(nothing);
});

test('nothing that is said grows or garbles what people read', () => {
  expect(parse(`STATUS=${'x'.repeat(4000)}`).status).toHaveLength(503);
  expect(parse('STATUS=a\u001b[31mb\u0007\tc\r').status).toBe('a [31mb c');
  expect(parse(Buffer.from([0x53, 0x54, 0x41, 0x54, 0x55, 0x53, 0x3d, 0xff, 0xfe])).status).toBe('\ufffd\ufffd');
  expect(parse('EXTEND_TIMEOUT_USEC=900000000000').extendMs).toBe(3_600_000);
});
