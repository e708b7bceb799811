/** Where archives are unpacked: said where it is no place for it, and empty afterwards. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { withTemporaryFolder } from './temporary-folder.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outrider-temporary-'));
  vi.stubEnv('TMPDIR', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

test('a folder is there while it is needed, also where that fails, and gone afterwards', async () => {
  const failing = withTemporaryFolder(async (folder) => {
    expect(readdirSync(root)).toEqual([folder.slice(root.length + 1)]);
    throw new Error('no archive');
  });
  await expect(failing).rejects.toThrow('no archive');
  expect(readdirSync(root)).toEqual([]);
});

test.each([
  ['is not there', (path: string) => path],
  [
    'is no folder',
    (path: string) => {
      writeFileSync(path, '');
      return path;
    },
  ],
])('a TMPDIR that %s is told, with what to do', async (_, make) => {
  const place = make(join(root, 'place'));
  vi.stubEnv('TMPDIR', place);
  const made = withTemporaryFolder(async () => expect.unreachable());
  await expect(made).rejects.toThrow(OutriderError);
  await expect(made).rejects.toThrow(/^Cannot unpack in .*place: .*\. Set TMPDIR to a folder that is there/);
});
