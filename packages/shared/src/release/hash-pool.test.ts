import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashFiles } from './hash-pool.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-hash-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Long ones without a byte on the disk, and short ones. */
function files(): { readonly path: string; readonly size: number }[] {
  const sizes = [40_000_000, 30_000_000, 9_000_000, ...Array.from({ length: 600 }, (_, index) => index)];
  return sizes.map((size, index) => {
    const path = join(root, String(index));
    writeFileSync(path, size < 10_000 ? String(index) : '');
    if (size >= 10_000) truncateSync(path, size);
    return { path, size };
  });
}

const zeros = (size: number): string => createHash('sha256').update(Buffer.alloc(size)).digest('hex');

test('on threads and without them: the same, in order, every byte told', async () => {
  const given = files();
  const told = { here: 0, threads: 0 };
  const here = await hashFiles(given, (bytes) => (told.here += bytes), 1);
  const threads = await hashFiles(given, (bytes) => (told.threads += bytes), 3);
  expect(threads).toEqual(here);
  expect(told.threads).toBe(told.here);
  expect(here[1]).toEqual({ sha256: zeros(30_000_000), size: 30_000_000 });
  expect(here[602]).toEqual({ sha256: createHash('sha256').update('602').digest('hex'), size: 3 });
});

test.each([1, 2])('what cannot be read says why, and the others are hashed (%i threads)', async (threads) => {
  const given = files();
  rmSync(join(root, '1'));
  const hashed = await hashFiles(given, () => undefined, threads);
  expect(hashed[1]).toMatchObject({ problem: expect.stringContaining('ENOENT') as string });
  expect(hashed[1]).toEqual({ problem: 'it is not there any more (ENOENT)' });
  expect(hashed.filter((one) => 'sha256' in one)).toHaveLength(given.length - 1);
});
