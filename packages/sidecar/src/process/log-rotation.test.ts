import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archivesOf } from './log-archives.js';
import type { LogRotationOptions } from './log-rotation.js';
import { hiddenIn, KIB, type Rotating, rotating, wholeLog } from './testing/rotating.js';
import { Scratch } from './testing/scratch.js';

const NUMBERED = 'test/agents/number-lines.sh';
const FLOOD = 'test/agents/flood-log.sh';
const LINES = 300_000;
const line = (n: number): string => `line ${n} of many that are to be found again\n`;
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => line(from + index)).join('');

let scratch: Scratch;
let path: string;
let running: Rotating[];
beforeEach(() => {
  scratch = new Scratch();
  path = scratch.path('web.0.log');
  running = [];
});
afterEach(async () => {
  for (const { rotation } of running) await rotation.stop();
  await scratch.end();
});

function rotate(given: Parameters<typeof rotating>[1] = {}): Rotating {
  const started = rotating(scratch.folder, given);
  running.push(started);
  started.rotation.start();
  return started;
}

/** In a process of its own, as built. What it said, and how it ended. */
function rotateAndDie(how: string, step: string): readonly [string, string | null] {
  const program = fileURLToPath(new URL('../../dist/process/testing/rotate-and-die.js', import.meta.url));
  const { stdout, signal } = spawnSync(process.execPath, [program, scratch.folder, how, step], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return [stdout, signal];
}

const liveBytes = ({ ledger }: Rotating): number => {
  const stats = statSync(path);
  return stats.size - (ledger.known(stats)?.start ?? 0);
};
const archives = (): string[] => archivesOf(path).map((one) => basename(one.path));

describe.each<NonNullable<LogRotationOptions['how']>>(['collapse', 'punch'])('logs: %s', (how) => {
  test('300,000 lines as fast as can be, over several rotations: every byte is there, in order', async () => {
    const started = rotate({ how, limits: { maxBytes: 4_096 * KIB } });
    scratch.start({ command: [`${process.cwd()}/${NUMBERED}`, String(LINES)], logFile: path });
    const expected = numbered(1, LINES);
    const written = (): number => started.reader.size(path);
    await eventually(() => expect(written()).toBe(expected.length), { timeoutMs: 60_000 });
    await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(4_096 * KIB), { timeoutMs: 60_000 });
    expect(archives().length).toBeGreaterThan(1);
    expect(wholeLog(path).equals(Buffer.from(expected))).toBe(true);
    expect(hiddenIn(scratch.folder)).toEqual([]);
    // Its room was given back, and who looks at its end sees it.
    expect(statSync(path).blocks * 512).toBeLessThan(5_000 * KIB);
    expect(started.reader.last(path, 1)).toEqual([line(LINES).trimEnd()]);
    if (how === 'collapse') expect(readFileSync(path, 'utf8')).not.toContain('\0');
  });

  test.each(['copied', 'noted', 'archived', 'freed'])(
    'killed with -9 when the head is %s: nothing is lost, nothing is there twice',
    async (step) => {
      const expected = numbered(1, 40_000);
      writeFileSync(path, expected);
      expect(rotateAndDie(how, step)).toEqual([step, 'SIGKILL']);
      const started = rotate({ how });
      await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(1_024 * KIB), { timeoutMs: 30_000 });
      await eventually(() => expect(started.ledger.known(statSync(path))?.intent).toBeUndefined());
      expect(wholeLog(path).equals(Buffer.from(expected))).toBe(true);
      expect(started.reader.size(path)).toBe(expected.length);
      expect(hiddenIn(scratch.folder)).toEqual([]);
    },
  );

  test('a killed sidecar whose run_dir is gone too may double what it had just archived, and loses nothing', async () => {
    writeFileSync(path, numbered(1, 40_000));
    expect(rotateAndDie(how, 'archived')).toEqual(['archived', 'SIGKILL']);
    rmSync(scratch.path('run'), { recursive: true, force: true });
    const started = rotate({ how });
    await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(1_024 * KIB), { timeoutMs: 30_000 });
    const found = new Set(wholeLog(path).toString().split('\n'));
    for (let n = 1; n <= 40_000; n++) expect(found.has(line(n).trimEnd())).toBe(true);
  });
});

describe('logs: of one that writes faster than it can be archived', () => {
  test('the oldest goes, a line says how many bytes, and what is kept stays bounded', async () => {
    const limits = { maxBytes: 64 * KIB, keep: 2, compress: false, floodedBytes: 256 * KIB };
    const text = numbered(1, 40_000);
    writeFileSync(path, text);
    const started = rotate({ limits });
    await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(64 * KIB), { timeoutMs: 30_000 });
    const [, left = '', after = ''] =
      /^\[outrider\] (\d+) bytes of this log were dropped here\n([\s\S]*)$/.exec(wholeLog(path).toString()) ?? [];
    expect(text.endsWith(after)).toBe(true);
    expect(Number(left)).toBe(text.length - after.length);
    expect(started.warnings).toEqual([expect.stringMatching(/grows faster than it can be archived: \d+ bytes/)]);
  });

  test('several drops in a row are one line, in its place', async () => {
    const limits = { maxBytes: 64 * KIB, keep: 2, floodedBytes: 256 * KIB };
    writeFileSync(path, numbered(1, 1_800));
    const started = rotate({ limits });
    await eventually(() => expect(archives()).toEqual(['web.0.log.1.gz']));
    for (let n = 0; n < 3; n++) {
      appendFileSync(path, numbered(1, 20_000));
      await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(128 * KIB), { timeoutMs: 30_000 });
    }
    expect(archives().length).toBeLessThanOrEqual(2);
    expect(
      wholeLog(path)
        .toString()
        .match(/\[outrider\] \d+ bytes/g)?.length,
    ).toBeLessThanOrEqual(3);
  });

  test('an agent that floods its log is shown at its newest, and when it ends its log is as long as it may be', async () => {
    const limits = { maxBytes: 1_024 * KIB, keep: 2, floodedBytes: 4_096 * KIB };
    const started = rotate({ limits });
    const flood = scratch.start({ command: [`${process.cwd()}/${FLOOD}`], logFile: path });
    await eventually(() => expect(started.warnings).not.toEqual([]), { timeoutMs: 30_000 });
    await eventually(() => expect(started.reader.size(path)).toBeGreaterThan(64 * 1_024 * KIB), { timeoutMs: 60_000 });
    expect(started.reader.last(path, 2)[0]).toContain('this line says nothing');
    expect(await scratch.processes.killTree(flood.identity, flood.incarnation)).toEqual([]);
    await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(1_024 * KIB), { timeoutMs: 60_000 });
    expect(statSync(path).blocks * 512).toBeLessThanOrEqual(1_028 * KIB);
    expect(archives().length).toBeLessThanOrEqual(2);
  });
});

test('logs: only so many archives stay', async () => {
  const started = rotate({ limits: { maxBytes: 64 * KIB, keep: 2 } });
  for (let n = 0; n < 5; n++) {
    const before = started.reader.size(path);
    appendFileSync(path, numbered(n * 1_800 + 1, (n + 1) * 1_800));
    expect(started.reader.size(path)).toBeGreaterThan(before);
    await eventually(() => expect(liveBytes(started)).toBeLessThanOrEqual(64 * KIB));
  }
  expect(archives()).toEqual(['web.0.log.1.gz', 'web.0.log.2.gz']);
  expect(numbered(1, 9_000).endsWith(wholeLog(path).toString())).toBe(true);
});

test('logs: archives of another kind are kept in order with them', async () => {
  writeFileSync(path, numbered(1, 1_800));
  const plain = rotate({ limits: { maxBytes: 64 * KIB, keep: 3, compress: false } });
  await eventually(() => expect(archives()).toEqual(['web.0.log.1']));
  await plain.rotation.stop();
  appendFileSync(path, numbered(1_801, 3_600));
  const compressing = rotate({ limits: { maxBytes: 64 * KIB, keep: 3 } });
  await eventually(() => expect(liveBytes(compressing)).toBeLessThanOrEqual(64 * KIB));
  expect(archives()).toEqual(['web.0.log.1.gz', 'web.0.log.2']);
  expect(wholeLog(path).toString()).toBe(numbered(1, 3_600));
});

test('logs: what is no log is left alone', async () => {
  const big = 'x'.repeat(200 * KIB);
  for (const name of ['notes.txt', '.hidden.log']) writeFileSync(scratch.path(name), big);
  writeFileSync(path, big);
  rotate({ limits: { maxBytes: 64 * KIB } });
  await eventually(() => expect(archives().length).toBeGreaterThan(0));
  expect(scratch.read('notes.txt')).toBe(big);
  expect(scratch.read('.hidden.log')).toBe(big);
});

test('logs: an archive that cannot be written is told, and the log is left as it is', async () => {
  const text = numbered(1, 1_800);
  writeFileSync(path, text);
  const searched = process.env['PATH'];
  const started = rotating(scratch.folder, { limits: { maxBytes: 64 * KIB } });
  running.push(started);
  process.env['PATH'] = '/nowhere';
  try {
    started.rotation.start();
    await eventually(() => expect(started.warnings).toEqual([expect.stringMatching(/could not be archived: /)]));
  } finally {
    process.env['PATH'] = searched;
  }
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(hiddenIn(scratch.folder)).toEqual([]);
});

test('logs: without gzip archives are plain, and that is said', () => {
  const searched = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    expect(rotating(scratch.folder).warnings).toEqual([expect.stringContaining('no gzip')]);
  } finally {
    process.env['PATH'] = searched;
  }
});

test('logs: what is remembered of logs that are gone goes too', async () => {
  writeFileSync(path, 'one\n');
  const started = rotate();
  await started.rotation.stop();
  expect(readdirSync(scratch.path('run'))).toHaveLength(1);
  rmSync(path);
  rotate();
  expect(readdirSync(scratch.path('run'))).toEqual([]);
  expect(existsSync(path)).toBe(false);
});
