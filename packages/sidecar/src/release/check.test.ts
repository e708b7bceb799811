/** A host reads all of a release again: what is damaged is named, and mended from whatever is whole. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createReleases } from './releases.js';
import { createContents } from './contents.js';
import { layoutOf } from './layout.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { startContentServer } from './testing/content-server.js';
import { sampleOf } from './testing/sample.js';

const A = 'print("a")\n'.repeat(100);
const ONE = sampleOf('1.0.0', {
  'agents.yaml': 'app: assistants\n',
  'a.py': A,
  'b/b.py': 'b',
  link: { target: 'a.py' },
});
const NEVER = new AbortController().signal;

let folder: string;
let server: BlobServer;
let releases: ReturnType<typeof createReleases>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-check-'));
  server = await startBlobServer(ONE.contents);
  const needed = () => ({ releases: [{ app: 'assistants', ...ONE.release }], running: [] });
  releases = createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0, needed });
  releases.accept(ONE.documents);
  await releases.stage('assistants', ONE.release, [server.address], () => undefined, NEVER);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const blob = (content: string): string => join(folder, 'blobs', sha256(content).slice(0, 2), sha256(content));
const inTree = (path: string): string => join(releases.tree('assistants', ONE.release), path);
const replace = (path: string, content: string): void => {
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, content);
};

type Ask = Parameters<typeof releases.checkAll>[0];

function check(
  sources: readonly string[] = [],
  progress: (done: number, total: number) => void = () => undefined,
  more: Partial<Ask> = {},
) {
  const ask = { app: 'assistants', release: ONE.release, manifest: ONE.documents.manifest, sources, ...more };
  return releases.checkAll(ask, progress, NEVER);
}

test('nothing is wrong: it says so, and how far it is', async () => {
  const far: [number, number][] = [];
  const result = await check([], (...now) => far.push(now));
  expect(result).toEqual({ damaged: [], mended: [], problems: [], files: 3, bytes: A.length + 17 });
  expect(far.at(-1)?.[0]).toBe(far.at(-1)?.[1]);
});

test('a file, a link and a folder of the tree are mended from what is stored', async () => {
  replace(inTree('a.py'), 'print("evil")\n');
  rmSync(inTree('link'));
  symlinkSync('/etc/passwd', inTree('link'));
  rmSync(inTree('b'), { recursive: true });
  const { damaged, mended, problems } = await check();
  expect([damaged, mended, problems]).toEqual([['a.py', 'b/b.py', 'link'], ['a.py', 'b/b.py', 'link'], []]);
  expect(readFileSync(inTree('link'), 'utf8')).toBe(A);
  expect((await check()).damaged).toEqual([]);
});

test('a stored content is mended from the tree, without anybody else', async () => {
  replace(blob(A), 'spoiled');
  rmSync(blob('b'));
  await server.close();
  const { damaged, mended } = await check();
  expect(damaged).toEqual(['stored content of a.py', 'stored content of b/b.py']);
  expect(mended).toEqual(damaged);
  expect(readFileSync(blob(A), 'utf8')).toBe(A);
});

test('both damaged: it comes from whoever serves it', async () => {
  replace(blob(A), 'spoiled');
  replace(inTree('a.py'), 'evil');
  const { damaged, mended, problems } = await check([server.address]);
  expect(damaged).toEqual(['a.py', 'stored content of a.py']);
  expect([mended, problems]).toEqual([damaged, []]);
  expect([readFileSync(blob(A), 'utf8'), readFileSync(inTree('a.py'), 'utf8')]).toEqual([A, A]);
});

test('both damaged and nobody has it: said, and the rest is mended', async () => {
  replace(blob(A), 'spoiled');
  replace(inTree('a.py'), 'evil');
  replace(inTree('b/b.py'), 'evil');
  await server.close();
  const { damaged, mended, problems } = await check();
  expect(damaged).toEqual(['a.py', 'b/b.py', 'stored content of a.py']);
  expect(mended).not.toContain('a.py');
  expect(problems.join(' ')).toMatch(
    /a\.py of assistants 1\.0\.0 is not what the release says|files are missing|reach/,
  );
});

test('both damaged and lost by the coordinator: it comes from a host that has the release', async () => {
  const [clock, dataDir] = [systemClock, join(folder, 'other')];
  const other = createReleases({ dataDir, token: () => TOKEN, clock, patienceMs: 0 });
  other.accept(ONE.documents);
  await other.stage('assistants', ONE.release, [server.address], () => undefined, NEVER);
  await server.close();
  server = await startBlobServer([]);
  const contents = createContents({ dataDir, clock, mostAtOnce: 8, sent: () => undefined, pulse: () => undefined });
  const host = await startContentServer('sidecar', (ask, caller) => contents.send(ask, caller), TOKEN);
  try {
    replace(blob(A), 'spoiled');
    replace(inTree('a.py'), 'evil');
    const peers = [{ host: 'pc3', endpoint: host.addresses[0] ?? '', hasIt: true }];
    const { damaged, mended, problems } = await check([server.address], undefined, { peers });
    expect([damaged, mended, problems]).toEqual([['a.py', 'stored content of a.py'], damaged, []]);
    expect([readFileSync(blob(A), 'utf8'), readFileSync(inTree('a.py'), 'utf8')]).toEqual([A, A]);
  } finally {
    await host.close();
  }
});

test('both damaged and nobody has them any more: it is said what brings them back', async () => {
  replace(blob(A), 'spoiled');
  replace(inTree('a.py'), 'evil');
  await server.close();
  server = await startBlobServer([]);
  expect((await check([server.address])).problems.join(' ')).toMatch(/Push the same tree again under its version/);
});

const manifestFile = (): string => layoutOf(folder).manifest('assistants', ONE.release.digest);
const specFile = (): string => layoutOf(folder).spec('assistants', ONE.release.specDigest);
const SPEC = `host spec ${ONE.release.specDigest.slice(0, 12)}`;
const hostSpecs = [ONE.documents.hostSpec];

test('its manifest is named and mended too', async () => {
  writeFileSync(manifestFile(), '{}');
  expect(await check()).toMatchObject({ damaged: ['the manifest'], mended: ['the manifest'], problems: [], files: 3 });
  expect(sha256(readFileSync(manifestFile()))).toBe(ONE.release.digest);
  expect((await check()).damaged).toEqual([]);
});

test('its manifest that the coordinator has lost too is named, with what to do', async () => {
  writeFileSync(manifestFile(), '{}');
  const { damaged, mended, problems } = await check([], undefined, { manifest: new Uint8Array() });
  expect([damaged, mended]).toEqual([['the manifest'], []]);
  expect(problems).toEqual([
    `${manifestFile()} is lost or damaged, and the coordinator could not give it anew. ` +
      'coordinator release verify 1.0.0 --app assistants mends it there; then verify this host again.',
  ]);
});

test.each([
  ['damaged', () => writeFileSync(specFile(), '{}')],
  ['lost', () => rmSync(specFile())],
])('what is to run of it and is %s is named, and mended with what the coordinator gives', async (_, spoil) => {
  spoil();
  expect(await check([], undefined, { hostSpecs })).toMatchObject({ damaged: [SPEC], mended: [SPEC], problems: [] });
  expect(readFileSync(specFile())).toEqual(ONE.documents.hostSpec);
  expect((await check([], undefined, { hostSpecs })).damaged).toEqual([]);
});

test('what is to run of it and nobody has any more is named, with what to do', async () => {
  writeFileSync(specFile(), '{}');
  const { damaged, mended, problems } = await check();
  expect([damaged, mended]).toEqual([[SPEC], []]);
  expect(problems).toEqual([
    `${specFile()} is lost or damaged, and the coordinator could not give it anew. ` +
      'Roll the release out again: coordinator rollout --version 1.0.0 --app assistants.',
  ]);
});

test('what this host does not need and never had is not kept', async () => {
  const strange = sampleOf('1.0.0', { 'agents.yaml': 'app: assistants\n' }, { host: 'pc9' });
  await check([], undefined, { hostSpecs: [strange.documents.hostSpec] });
  expect(existsSync(layoutOf(folder).spec('assistants', strange.release.specDigest))).toBe(false);
});

test('what is not here is refused', async () => {
  const release = { ...ONE.release, version: '9.9.9', digest: 'f'.repeat(64) };
  const asked = releases.checkAll(
    { app: 'assistants', release, manifest: new Uint8Array(), sources: [] },
    () => undefined,
    NEVER,
  );
  await expect(asked).rejects.toMatchObject({ code: 'refused', message: 'assistants 9.9.9 is not on this host.' });
});
