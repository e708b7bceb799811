import { mkdtempSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OfferedContents } from './offered-contents.js';

let folder: string;
let blobs: BlobStore;
let offered: OfferedContents;
let now: number;
const names = ['one', 'two', 'three'];
const digestOf = (name: string): string => sha256(Buffer.from(name));
const wanted = names.map(digestOf);

beforeEach(() => {
  now = 0;
  folder = mkdtempSync(join(tmpdir(), 'outrider-offered-'));
  blobs = new BlobStore(folder);
  offered = new OfferedContents(blobs, () => now);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string): void => blobs.putWhole(digestOf(name), Buffer.from(name));
const sizes = async (): Promise<unknown[]> => {
  const found = await offered.sizes(wanted);
  return wanted.map((one) => found.get(one));
};
/** Only a look at it tells. */
const spoil = (name: string): void => truncateSync(blobs.path(digestOf(name)), 1);

test('what was there a moment ago is not looked at again; what has come since is', async () => {
  put('one');
  expect(await offered.missing(wanted)).toEqual(wanted.slice(1));
  put('two');
  expect(await offered.missing(wanted)).toEqual(wanted.slice(2));
  spoil('one');
  expect(await sizes()).toEqual([3, 3, undefined]);
  // That was the last question.
  expect(await sizes()).toEqual([1, 3, undefined]);
});

test('after a minute everything is looked at', async () => {
  put('one');
  await offered.missing(wanted);
  spoil('one');
  now = 61_000;
  expect(await sizes()).toEqual([1, undefined, undefined]);
});

test('where something was removed, everything is looked at', async () => {
  for (const name of names) put(name);
  expect(await offered.missing(wanted)).toEqual([]);
  await blobs.remove(digestOf('three'));
  expect(await offered.missing(wanted)).toEqual([digestOf('three')]);
  const old = new Date(Date.now() - 3_600_000);
  for (const one of wanted.slice(0, 2)) utimesSync(blobs.path(one), old, old);
  await blobs.collect({ isLive: (one) => one === wanted[0], since: Date.now() - 60_000 });
  expect(await sizes()).toEqual([3, undefined, undefined]);
});
