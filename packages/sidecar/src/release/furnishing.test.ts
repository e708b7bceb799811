import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReleases, type HostReleases } from './releases.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { agentOf, sampleOf } from './testing/sample.js';

const ONE = sampleOf('1.0.0', { code: 'x', 'data/memory.db': 'as pushed' }, { agents: [agentOf('a')] });
const LINK = 'data/memory.db';

let folder: string;
let server: BlobServer;
let releases: HostReleases;
let furnished: { readonly root: string; readonly stood: boolean }[];
let problem: OutriderError | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-furnishing-'));
  server = await startBlobServer(ONE.contents);
  [furnished, problem] = [[], undefined];
  releases = createReleases({
    ...{ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 },
    furnishing: {
      pathsOf: () => [LINK],
      furnish: async (_spec, _release, root) => {
        await Promise.resolve();
        furnished.push({ root, stood: existsSync(tree()) });
        if (problem !== undefined) throw problem;
        rmSync(join(root, LINK), { force: true });
        symlinkSync('/elsewhere', join(root, LINK));
      },
    },
  });
  releases.accept(ONE.documents);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const tree = (): string => releases.tree('assistants', ONE.release);
const stage = (): Promise<void> =>
  releases.stage('assistants', ONE.release, [server.address], () => undefined, new AbortController().signal);

it('a new tree gets it before it has its name, and again whenever it was made whole; what it has is left alone', async () => {
  await stage();
  expect(furnished).toEqual([{ root: `${tree()}.building`, stood: false }]);
  expect(readlinkSync(join(tree(), LINK))).toBe('/elsewhere');
  await stage();
  writeFileSync(join(tree(), 'code'), 'scribbled');
  await releases.verify('assistants', ONE.release, 'mend');
  expect(readFileSync(join(tree(), 'code'), 'utf8')).toBe('x');
  await releases.verify('assistants', ONE.release, 'check');
  expect(furnished.slice(1)).toEqual(Array(2).fill({ root: tree(), stood: true }));
  expect(readlinkSync(join(tree(), LINK))).toBe('/elsewhere');
});

it('a tree that can not have it is none; the next try makes it anew', async () => {
  problem = new OutriderError('refused', 'There is no room for it.');
  await expect(stage()).rejects.toThrow('There is no room for it.');
  expect(() => releases.spec('assistants', ONE.release)).toThrow('is not staged on this host');
  problem = undefined;
  await stage();
  expect(releases.spec('assistants', ONE.release).version).toBe('1.0.0');
});
