/** A spec may keep agents of other releases: their trees are proven with its own, and never missing unnoticed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReleases } from './releases.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { agentOf, type Sample, sampleOf } from './testing/sample.js';

const ONE = sampleOf('1.0.0', { 'agents/vision.py': 'one' });
const TWO_FILES = { 'agents/vision.py': 'two', 'agents/speech.py': 'two' };
const KEPT = { version: '1.0.0', digest: ONE.release.digest };
/** 2.0.0, of it vision 1.0.0. */
const MIXED = sampleOf('2.0.0', TWO_FILES, { agents: [agentOf('vision', { release: KEPT }), agentOf('speech')] });

let folder: string;
let server: BlobServer;
let releases: ReturnType<typeof createReleases>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-kept-'));
  server = await startBlobServer([...ONE.contents, ...MIXED.contents]);
  releases = createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function stage(sample: Sample, sources = [server.address]): Promise<void> {
  releases.accept(sample.documents);
  await releases.stage('assistants', sample.release, sources, () => undefined, new AbortController().signal);
}
const tree = (sample: Sample): string => releases.tree('assistants', sample.release);
const file = (sample: Sample): string => join(tree(sample), 'agents/vision.py');
const text = (sample: Sample): string => readFileSync(file(sample), 'utf8');

it('staging refuses to keep an agent of a release that was never here, and so does the question beforehand', async () => {
  const sentence =
    /^vision cannot be kept at assistants 1\.0\.0: that release was never staged on this host\. Roll it out first/;
  expect((await releases.needOf(MIXED.documents)).problem).toMatch(sentence);
  await expect(stage(MIXED)).rejects.toThrow(sentence);
  await stage(ONE);
  expect((await releases.needOf(MIXED.documents)).problem).toBeUndefined();
  await stage(MIXED);
  expect([text(ONE), text(MIXED)]).toEqual(['one', 'two']);
});

it('a tree that has gone since is built again by staging, from what is here', async () => {
  await stage(ONE);
  rmSync(tree(ONE), { recursive: true });
  await stage(MIXED);
  expect(text(ONE)).toBe('one');
});

it('a tree that is built again has its data again, though the spec that keeps it has none', async () => {
  const data = [{ path: 'state', kind: 'folder', folder: 'state' }] as const;
  await stage(sampleOf('1.0.0', { 'agents/vision.py': 'one' }, { data }));
  writeFileSync(join(tree(ONE), 'state/mine'), 'kept');
  rmSync(tree(ONE), { recursive: true });
  await stage(MIXED);
  expect(readFileSync(join(tree(ONE), 'state/mine'), 'utf8')).toBe('kept');
});

it('needs no other network than what is missing: with all contents here, none', async () => {
  await stage(ONE);
  await stage(sampleOf('2.0.0', TWO_FILES));
  await stage(MIXED, []);
  expect(releases.spec('assistants', MIXED.release).agents.map(({ release }) => release?.version)).toEqual([
    ...['1.0.0', undefined],
  ]);
});

it('is not there as long as one of its trees is not', async () => {
  await stage(ONE);
  await stage(MIXED);
  rmSync(tree(ONE), { recursive: true });
  expect(() => releases.spec('assistants', MIXED.release)).toThrow(/^assistants 1\.0\.0 is not staged on this host\.$/);
});

it('verifying mends the trees of kept agents too, and says of each whether it could be', async () => {
  await stage(ONE);
  await stage(MIXED);
  for (const sample of [ONE, MIXED]) writeFileSync(file(sample), 'scribbled');
  await releases.verify('assistants', MIXED.release, 'check');
  expect(text(ONE)).toBe('scribbled');
  await releases.verify('assistants', MIXED.release, 'mend');
  expect([text(ONE), text(MIXED)]).toEqual(['one', 'two']);
  const blob = join(folder, 'blobs', sha256('one').slice(0, 2), sha256('one'));
  writeFileSync(file(ONE), 'scribbled');
  writeFileSync(blob, 'bad');
  await expect(releases.verify('assistants', MIXED.release, 'check')).rejects.toThrow(
    /^agents\/vision\.py of assistants 1\.0\.0 is not what the release says/,
  );
});

it('hands out what it was given, word for word, and nothing else', async () => {
  await stage(ONE);
  expect(Buffer.from(releases.knownSpec('assistants', ONE.release.specDigest))).toEqual(
    Buffer.from(ONE.documents.hostSpec),
  );
  expect(() => releases.knownSpec('assistants', 'f'.repeat(64))).toThrow(/was never staged here/);
  expect(() => releases.knownSpec('assistants', '../../etc/passwd')).toThrow(/is no digest/);
  expect(() => releases.knownSpec('../x', ONE.release.specDigest)).toThrow(/is no name of an app/);
});

it.each([
  ['a path for a digest', { version: '1.0.0', digest: '../../x' }],
  ['no version', { digest: 'a'.repeat(64) }],
  ['a text', '1.0.0'],
])('a spec that keeps an agent of %s is none', (_what, release) => {
  const sample = sampleOf('2.0.0', {}, { agents: [agentOf('vision', { release: release as never })] });
  expect(() => releases.accept(sample.documents)).toThrow(/agents\[0\] has no proper "release"/);
});
