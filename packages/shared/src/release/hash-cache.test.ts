import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HashCache } from './hash-cache.js';
import { type ScannedTree, scanTree } from './tree-scan.js';

let root: string;
let caches: string;
let read: number;
beforeEach(() => {
  const own = mkdtempSync(join(tmpdir(), 'outrider-cache-'));
  root = join(own, 'root');
  caches = join(own, 'caches');
  mkdirSync(root);
  // Long enough to be worth it, without a byte on the disk.
  writeFileSync(join(root, 'big'), '');
  truncateSync(join(root, 'big'), 20 * 1024 * 1024);
  writeFileSync(join(root, 'small'), 'small');
});
afterEach(() => rmSync(join(root, '..'), { recursive: true }));

type Tree = Omit<ScannedTree, 'remember'>;

async function scan(): Promise<Tree> {
  read = 0;
  const cache = new HashCache(root, caches);
  const { remember, ...tree } = await scanTree(root, { cache, progress: (bytes) => (read += bytes) });
  remember();
  return tree;
}

/** Long enough after the last change for it to be certain: the clock is asked, not slept on. */
async function settled(): Promise<Tree> {
  const before = await scan();
  await eventually(
    async () => {
      await scan();
      return read === 0;
    },
    { timeoutMs: 30_000, everyMs: 200 },
  );
  return before;
}

test('what has not changed is not read again, and the tree is the same', async () => {
  const before = await settled();
  expect(await scan()).toEqual(before);
  expect(read).toBe(0);
  expect((await scanTree(root)).entries).toEqual(before.entries);
});

test('what was written just now is read again each time', async () => {
  await scan();
  writeFileSync(join(root, 'small'), 'other');
  const { entries } = await scan();
  writeFileSync(join(root, 'small'), 'again');
  expect((await scan()).entries).not.toEqual(entries);
});

describe('after it has settled', () => {
  test.each<readonly [string, () => void]>([
    [
      'another content of the same length and time',
      () => {
        const path = join(root, 'small');
        const past = new Date(1_700_000_000_000);
        writeFileSync(path, 'SMALL');
        utimesSync(path, past, past);
      },
    ],
    [
      'another file in its place',
      () => {
        writeFileSync(join(root, 'new'), 'SMALL');
        renameSync(join(root, 'new'), join(root, 'small'));
      },
    ],
  ])('%s is seen', async (_, change) => {
    const before = await settled();
    change();
    const after = await scan();
    expect([read, after.entries]).not.toEqual([0, before.entries]);
    expect(after.entries).toEqual((await scanTree(root)).entries);
  });

  test('a cache that is not whole is none', async () => {
    const before = await settled();
    const [name = ''] = readdirSync(caches);
    const text = readFileSync(join(caches, name), 'utf8');
    for (const damaged of [text.slice(0, -10), text.replace(/\n[0-9a-f]/, '\nf0'), '']) {
      writeFileSync(join(caches, name), damaged);
      expect((await scan()).entries).toEqual(before.entries);
      expect(read).toBe(before.bytes);
    }
  });
});

test('where nothing can be kept, everything is read', async () => {
  writeFileSync(caches, 'a file');
  expect((await scan()).files).toBe(2);
  expect((await scan()).files).toBe(2);
  expect(read).toBe(20 * 1024 * 1024 + 5);
});
