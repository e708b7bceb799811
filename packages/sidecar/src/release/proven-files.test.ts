import {
  appendFileSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { COARSE_MS, ProvenFiles } from './proven-files.js';

let folder: string;
let proven: ProvenFiles;
let ahead: number;
const path = (name: string): string => join(folder, name);
const made = (): ProvenFiles => new ProvenFiles(path('proven'), () => Date.now() + ahead);
const isProven = (of = proven): boolean => of.isProven(lstatSync(path('file')), sha256('right'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-proven-'));
  ahead = 10 * COARSE_MS;
  proven = made();
  writeFileSync(path('file'), 'right');
  proven.add([[path('file'), sha256('right')]]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('knows what nothing has happened to, also after a restart', () => {
  expect(isProven()).toBe(true);
  expect(proven.isProven(lstatSync(path('file')), sha256('wrong'))).toBe(false);
  expect(isProven(made())).toBe(false);
  proven.save();
  expect(isProven(made())).toBe(true);
  writeFileSync(path('proven'), 'spoiled');
  expect(isProven(made())).toBe(false);
});

test.each([
  ['another content', () => writeFileSync(path('file'), 'wrong')],
  ['more of it', () => appendFileSync(path('file'), '!')],
  [
    'another content of the same size and time',
    () => {
      const { atime, mtime } = lstatSync(path('file'));
      writeFileSync(path('file'), 'wrong');
      utimesSync(path('file'), atime, mtime);
    },
  ],
  [
    'another file in its place',
    () => {
      writeFileSync(path('other'), 'right');
      renameSync(path('other'), path('file'));
    },
  ],
  ['a further name', () => linkSync(path('file'), path('link'))],
])('%s is seen', async (_what, act) => {
  // Not in the same tick of the file system's clock.
  await new Promise((resolve) => setTimeout(resolve, 2 * COARSE_MS));
  act();
  expect(isProven()).toBe(false);
});

it('does not believe what was changed at the moment when it was read, nor a clock that was set back', () => {
  ahead = 0;
  proven = made();
  proven.add([[path('file'), sha256('right')]]);
  ahead = 10 * COARSE_MS;
  expect(isProven()).toBe(false);
  proven.add([[path('file'), sha256('right')]]);
  expect(isProven()).toBe(true);
  ahead = 0;
  expect(isProven()).toBe(false);
});

it('says when something had to be read', () => {
  expect([isProven(), proven.hasMissed]).toEqual([true, false]);
  writeFileSync(path('other'), 'other');
  proven.isProven(lstatSync(path('other')), sha256('other'));
  expect(proven.hasMissed).toBe(true);
  proven.add([[path('other'), sha256('other')]]);
  expect(proven.hasMissed).toBe(false);
});

it('forgets all of it when told to', () => {
  proven.clear();
  expect(isProven()).toBe(false);
  proven.save();
  expect(isProven(made())).toBe(false);
});

it('passes over what is not there', () => {
  proven.add([[path('gone'), sha256('right')]]);
  proven.save();
  expect(isProven(made())).toBe(true);
});
