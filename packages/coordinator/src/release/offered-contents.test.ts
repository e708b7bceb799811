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
const names = ['one', 'two', 'three'];
const wanted = names.map((name) => sha256(Buffer.from(name)));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-offered-'));
  blobs = new BlobStore(folder);
  offered = new OfferedContents(blobs);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string): void => blobs.putWhole(sha256(Buffer.from(name)), Buffer.from(name));
const sizes = async (digest = 'manifest'): Promise<unknown[]> => {
  const found = await offered.sizes(digest, wanted);
  return wanted.map((one) => found.get(one));
};

test('what was there at the offer is not looked at again; what has come since is', async () => {
  put('one');
  expect(await offered.missing('manifest', wanted)).toEqual(wanted.slice(1));
  put('two');
  // Only a look at it would tell.
  truncateSync(blobs.path(wanted[0] ?? ''), 1);
  expect(await sizes()).toEqual([3, 3, undefined]);
  // Once: a second naming looks at everything.
  expect(await sizes()).toEqual([1, 3, undefined]);
});

test('another manifest, or a store that something was removed from, is looked at wholly', async () => {
  for (const name of names) put(name);
  await offered.missing('manifest', wanted);
  expect(await sizes('another')).toEqual([3, 3, 5]);
  await offered.missing('manifest', wanted);
  await blobs.remove(wanted[2] ?? '');
  expect(await sizes()).toEqual([3, 3, undefined]);
  await offered.missing('manifest', wanted);
  const old = new Date(Date.now() - 3_600_000);
  for (const one of wanted.slice(0, 2)) utimesSync(blobs.path(one), old, old);
  await blobs.collect({ isLive: (one) => one === wanted[0], since: Date.now() - 60_000 });
  expect(await sizes()).toEqual([3, undefined, undefined]);
});
