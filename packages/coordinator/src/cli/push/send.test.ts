/** Contents on their way, to a coordinator that is in this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestBytes } from '@outrider/shared/release/manifest.js';
import { type ScannedTree, scanTree } from '@outrider/shared/release/tree-scan.js';
import { connectCoordinator, type CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { testCoordinator, type TestCoordinator } from '../../testing/coordinator.js';
import { Progress } from './progress.js';
import { newestOf, offerManifest } from './offer.js';
import { sendContents } from './send.js';

const GLOBALS = { json: true, environment: undefined, endpoints: [], timeoutMs: undefined };

let coordinator: TestCoordinator;
let remote: CoordinatorRemote;
let folder: string;
let tree: ScannedTree;
let serial = 0;

beforeAll(async () => {
  coordinator = await testCoordinator();
  remote = connectCoordinator({ endpoint: coordinator.grpc[0] ?? '', token: coordinator.token });
});
afterAll(async () => {
  remote.close();
  await coordinator.close();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-send-'));
  serial += 1;
  writeFileSync(join(folder, 'big'), Buffer.alloc(700_000, serial));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'small'), `small ${serial}`);
  tree = await scanTree(folder);
  return () => rmSync(folder, { recursive: true });
});

const offered = async () => {
  const manifest = manifestBytes({ app: 'app', entries: tree.entries });
  const newest = await newestOf(GLOBALS, remote, 'app');
  return offerManifest(GLOBALS, remote, { app: 'app', manifest, newest, meanwhile: () => undefined });
};
const missing = async () => (await offered()).missing;
const send = async () => sendContents(GLOBALS, remote, tree.sources, await offered(), new Progress());

test('what is missing travels, once', async () => {
  expect(await send()).toBe(tree.bytes);
  expect([await missing(), await send()]).toEqual([[], 0]);
});

test.each([['that has grown', () => writeFileSync(join(folder, 'small'), 'larger than it was')]])(
  'a file %s is named',
  async (_, change) => {
    change();
    await expect(send()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/small has changed/) as string,
    });
    expect(await missing()).toContain(sha256(`small ${serial}`));
  },
);

test('a file that is gone is named', async () => {
  rmSync(join(folder, 'small'));
  await expect(send()).rejects.toThrow(/small has changed/);
});
