import {
  appendFileSync,
  openSync,
  closeSync,
  ftruncateSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogReader } from './log-file.js';
import { LogLedger } from './log-ledger.js';
import type { LogReader } from '../supervise/ports.js';
import { Scratch } from './testing/scratch.js';

let logs: LogReader;
let scratch: Scratch;
let path: string;
let stop: AbortController;
beforeEach(() => {
  scratch = new Scratch();
  logs = createLogReader(new LogLedger({ folder: scratch.path('run'), now: () => Date.now() }));
  path = scratch.path('agent.log');
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await scratch.end();
});

test('the last lines, as a person would count them', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom('a', 'é', '漢', '😀', ' ', '\r'), fc.nat(25_000)).map(([c, n]) => c.repeat(n)),
        { maxLength: 8 },
      ),
      fc.nat(10),
      fc.boolean(),
      (lines, count, ended) => {
        writeFileSync(path, lines.join('\n') + (ended && lines.length > 0 ? '\n' : ''));
        const all = ended || lines.at(-1) !== '' ? lines : lines.slice(0, -1);
        expect(logs.last(path, count)).toEqual(count === 0 ? [] : all.slice(-count));
      },
    ),
    { numRuns: 60 },
  );
});

test('a huge file costs no more than its end', () => {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, 8 * 1024 ** 3);
  closeSync(fd);
  appendFileSync(path, '\none\ntwo\n');
  const before = process.memoryUsage().arrayBuffers;
  expect(logs.last(path, 2)).toEqual(['one', 'two']);
  expect(logs.last(path, 1_000_000)).toEqual(['one', 'two']);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
});

test('no file, no lines', () => {
  expect(logs.last(path, 5)).toEqual([]);
});

function following(lines: number): string[] {
  const seen: string[] = [];
  void (async () => {
    for await (const line of logs.follow(path, { lines }, stop.signal)) seen.push(line);
    seen.push('(end)');
  })();
  return seen;
}

test('follows from the last lines on, and a line only once it has ended', async () => {
  writeFileSync(path, 'a\nb\nc\nhalf');
  const seen = following(2);
  await eventually(() => expect(seen).toEqual(['b', 'c']));
  appendFileSync(path, ' and the rest\nd\n');
  await eventually(() => expect(seen).toEqual(['b', 'c', 'half and the rest', 'd']));
  stop.abort();
  await eventually(() => expect(seen.at(-1)).toBe('(end)'));
});

test('waits for a file that comes later', async () => {
  const seen = following(10);
  writeFileSync(path, 'first\n');
  await eventually(() => expect(seen).toEqual(['first']));
});

test('goes on after rotation, with what was written just before', async () => {
  writeFileSync(path, 'a\n');
  const seen = following(10);
  await eventually(() => expect(seen).toEqual(['a']));
  appendFileSync(path, 'b\n');
  renameSync(path, `${path}.1`);
  appendFileSync(`${path}.1`, 'c\n');
  writeFileSync(path, 'd\n');
  await eventually(() => expect(seen).toEqual(['a', 'b', 'c', 'd']));
});

test('goes on after truncation', async () => {
  writeFileSync(path, 'a long line that was there\n');
  const seen = following(10);
  await eventually(() => expect(seen).toHaveLength(1));
  truncateSync(path);
  appendFileSync(path, 'b\n');
  await eventually(() => expect(seen.slice(1)).toEqual(['b']));
});

test('a line without end comes in pieces instead of filling the memory', async () => {
  writeFileSync(path, 'first\n');
  const seen = following(1);
  await eventually(() => expect(seen).toEqual(['first']));
  for (let i = 0; i < 10; i++) appendFileSync(path, 'x'.repeat(50_000));
  appendFileSync(path, '\nshort\n');
  await eventually(() => expect(seen.at(-1)).toBe('short'));
  expect(seen.slice(1, -1).join('')).toBe('x'.repeat(500_000));
  expect(Math.max(...seen.map((line) => line.length))).toBeLessThanOrEqual(128 * 1024);
});

test('a follower that is stopped leaves no open file', async () => {
  writeFileSync(path, 'a\n');
  const seen = following(1);
  await eventually(() => expect(seen).toEqual(['a']));
  const open = readdirSync('/proc/self/fd').length;
  stop.abort();
  await eventually(() => expect(readdirSync('/proc/self/fd').length).toBeLessThan(open));
});
