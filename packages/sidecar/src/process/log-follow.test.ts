import { appendFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogLook } from '../supervise/ports.js';
import { createLogReader } from './log-file.js';
import { LogLedger } from './log-ledger.js';
import { PACE } from './log-pace.js';
import type { LogRotationOptions } from './log-rotation.js';
import { KIB, type Rotating, rotating } from './testing/rotating.js';
import { Scratch } from './testing/scratch.js';

const line = (n: number): string => `line ${n} of many that are to be found again`;
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${line(from + index)}\n`).join('');
const lines = (from: number, to: number): string[] => numbered(from, to).trimEnd().split('\n');

let scratch: Scratch;
let path: string;
let stop: AbortController;
let running: Rotating | undefined;
beforeEach(() => {
  scratch = new Scratch();
  path = scratch.path('web.0.log');
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running?.rotation.stop();
  running = undefined;
  await scratch.end();
});

function rotate(given: Parameters<typeof rotating>[1]): Rotating {
  running = rotating(scratch.folder, given);
  running.rotation.start();
  return running;
}

function following(reader: Rotating['reader'], look: LogLook = { lines: 10 }): string[] {
  const seen: string[] = [];
  void (async () => {
    for await (const one of reader.follow(path, look, stop.signal)) seen.push(one);
  })();
  return seen;
}

describe.each<NonNullable<LogRotationOptions['how']>>(['collapse', 'punch'])('logs: followed, %s', (how) => {
  test('over many rotations nothing is missing and nothing comes twice', async () => {
    writeFileSync(path, numbered(1, 10));
    const started = rotate({ how, limits: { maxBytes: 64 * KIB } });
    const seen = following(started.reader);
    await eventually(() => expect(seen).toHaveLength(10));
    for (let from = 11; from <= 8_010; from += 800) {
      appendFileSync(path, numbered(from, from + 799));
      await eventually(() => expect(seen).toHaveLength(from + 799), { timeoutMs: 30_000 });
    }
    expect(seen).toEqual(lines(1, 8_010));
    const extent = started.ledger.known(statSync(path));
    await eventually(() => expect(extent?.begin).toBeGreaterThan(100 * KIB));
    appendFileSync(path, numbered(8_011, 8_011));
    await eventually(() => expect(seen.at(-1)).toBe(line(8_011)));
  });

  test('a follower that is far behind when the head goes is told how much it has missed, and goes on', async () => {
    writeFileSync(path, numbered(1, 100));
    const started = rotate({ how, limits: { maxBytes: 64 * KIB, floodedBytes: 128 * KIB } });
    const follow = started.reader.follow(path, { lines: 1 }, stop.signal)[Symbol.asyncIterator]();
    expect((await follow.next()).value).toBe(line(100));
    // It is not asked for more meanwhile: a caller that does not read.
    appendFileSync(path, numbered(101, 20_000));
    const extent = started.ledger.known(statSync(path));
    await eventually(() => expect(extent?.begin).toBeGreaterThan(numbered(1, 10_000).length));
    const { value } = (await follow.next()) as { value: string };
    const left = Number(/^\[outrider\] (\d+) bytes of this log are left out here$/.exec(value)?.[1]);
    const next = (await follow.next()) as { value: string };
    const n = Number(/^line (\d+) /.exec(next.value)?.[1]);
    expect(next.value).toBe(line(n));
    // All but the line that was cut in two.
    expect(numbered(101, n - 1).length - left).toBeGreaterThanOrEqual(0);
    expect(numbered(101, n - 1).length - left).toBeLessThanOrEqual(line(n).length + 1);
    await follow.return?.();
  });
});

describe('logs: of an agent that floods', () => {
  let reader: Rotating['reader'];
  beforeEach(() => {
    reader = createLogReader(new LogLedger({ folder: scratch.path('run'), now: () => Date.now() }));
  });

  const followingFromNowOn = async (): Promise<string[]> => {
    writeFileSync(path, 'first\n');
    const seen = following(reader);
    await eventually(() => expect(seen.splice(0)).toEqual(['first']));
    return seen;
  };

  test('a burst that a follower can catch up with is shown whole', async () => {
    const seen = await followingFromNowOn();
    appendFileSync(path, numbered(1, 2 * PACE.linesASecond));
    await eventually(() => expect(seen).toHaveLength(2 * PACE.linesASecond), { timeoutMs: 30_000 });
    expect(seen).toEqual(lines(1, 2 * PACE.linesASecond));
  });

  test('more is left out, with its bytes, and the newest is shown', async () => {
    const seen = await followingFromNowOn();
    const last = 40 * PACE.linesASecond;
    appendFileSync(path, numbered(1, last));
    await eventually(() => expect(seen.at(-1)).toBe(line(last)), { timeoutMs: 30_000 });
    const said = seen.filter((one) => one.startsWith('[outrider]'));
    expect(said).toHaveLength(1);
    const at = seen.indexOf(said[0] ?? '');
    const [before, after] = [seen.slice(0, at), seen.slice(at + 1)];
    expect(before).toEqual(lines(1, before.length));
    expect(after).toEqual(lines(last - after.length + 1, last));
    const left = numbered(before.length + 1, last - after.length).length;
    expect(said).toEqual([`[outrider] ${left} bytes of this log are left out here`]);
    expect(seen.length).toBeLessThanOrEqual(2 * PACE.linesASecond + 1);
  });
});

describe('logs: since a moment', () => {
  let now: number;
  let ledger: LogLedger;
  let reader: Rotating['reader'];
  const again = (): void => {
    ledger = new LogLedger({ folder: scratch.path('run'), now: () => now });
    reader = createLogReader(ledger);
  };
  const look = (): void => {
    const { reader: other } = { reader };
    other.size(path);
    const stats = statSync(path);
    const extent = ledger.known(stats);
    if (extent !== undefined) ledger.look(extent, stats.size);
  };
  /** A line a second, from `from` on. */
  const write = (from: number, to: number): void => {
    for (let n = from; n <= to; n++) {
      now += 1_000;
      appendFileSync(path, `${line(n)}\n`);
      look();
    }
  };
  beforeEach(() => {
    now = Date.now();
    again();
    writeFileSync(path, '');
    look();
  });

  test('gives what is newer, to within a second; and only so many lines of it', () => {
    const begin = now;
    write(1, 100);
    expect(reader.look(path, { lines: 10_000, since: begin + 90_500 })).toEqual(lines(91, 100));
    expect(reader.look(path, { lines: 2, since: begin + 90_500 })).toEqual([
      `[outrider] ${numbered(91, 98).length} bytes since then are left out here.`,
      ...lines(99, 100),
    ]);
    expect(reader.look(path, { lines: 10_000, since: now + 1 })).toEqual([]);
  });

  test('knows of quiet times', () => {
    write(1, 10);
    for (let n = 0; n < 100; n++) {
      now += 1_000;
      look();
    }
    const quiet = now - 50_000;
    write(11, 20);
    expect(reader.look(path, { lines: 10_000, since: quiet })).toEqual(lines(11, 20));
  });

  test('knows it after a restart of the sidecar too, and says so where it does not', () => {
    write(1, 50);
    const middle = now;
    write(51, 100);
    ledger.saveSome();
    again();
    expect(reader.look(path, { lines: 10_000, since: middle })).toEqual(lines(51, 100));
    now += 60_000;
    appendFileSync(path, numbered(101, 200));
    look();
    const [said, ...rest] = reader.look(path, { lines: 10_000, since: now - 1_000 });
    expect(said).toMatch(/^\[outrider\] The first of these lines may be older: all that is known is from .* to /);
    expect(rest).toEqual(lines(101, 200));
  });

  test('a log that does not reach back so far says so', async () => {
    const begin = now;
    write(1, 3_000);
    running = rotating(scratch.folder, { ledger, limits: { maxBytes: 64 * KIB } });
    running.rotation.start();
    const extent = ledger.known(statSync(path));
    await eventually(() => expect(extent?.begin).toBeGreaterThan(0));
    await running.rotation.stop();
    const [said, first] = reader.look(path, { lines: 10_000, since: begin });
    expect(said).toBe(
      `[outrider] This log does not reach back so far; what is older is in ${path}.1.gz and the next ones.`,
    );
    expect(first).toMatch(/^line \d+ of many that are to be found again$/);
    expect(reader.look(path, { lines: 10_000, since: now - 10_500 }).slice(-10)).toEqual(lines(2_991, 3_000));
  });

  test('is followed from then on', async () => {
    write(1, 20);
    const seen = following(reader, { lines: 10_000, since: now - 4_500 });
    await eventually(() => expect(seen).toEqual(lines(16, 20)));
    write(21, 21);
    await eventually(() => expect(seen).toEqual(lines(16, 21)));
  });

  test('an index that is full is thinner for what is long ago, and leaves nothing out', () => {
    const begin = now;
    write(1, 5_000);
    for (const ago of [10, 100, 1_000, 4_000]) {
      const all = reader.look(path, { lines: 10_000, since: begin + (5_000 - ago) * 1_000 + 500 });
      const given = all.filter((one) => !one.startsWith('[outrider]'));
      expect(given.slice(-ago)).toEqual(lines(5_001 - ago, 5_000));
      expect(given.length - ago).toBeLessThanOrEqual(Math.max(1, ago * 0.01));
    }
  });
});

test('logs: the last lines of an instance stay its own when the head before it is freed', async () => {
  writeFileSync(path, numbered(1, 1_000));
  const started = rotate({ limits: { maxBytes: 64 * KIB } });
  const from = started.reader.size(path);
  appendFileSync(path, numbered(1_001, 2_000));
  const extent = started.ledger.known(statSync(path));
  await eventually(() => expect(extent?.begin).toBeGreaterThan(0));
  expect(started.reader.last(path, 10_000, from).at(-1)).toBe(line(2_000));
  appendFileSync(path, numbered(2_001, 2_010));
  const later = started.reader.size(path);
  appendFileSync(path, numbered(2_011, 2_020));
  expect(started.reader.last(path, 100, later)).toEqual(lines(2_011, 2_020));
  renameSync(path, scratch.path('web.0.previous.log'));
  expect(started.reader.last(scratch.path('web.0.previous.log'), 100, later)).toEqual(lines(2_011, 2_020));
  utimesSync(scratch.path('web.0.previous.log'), 1, 1);
});
