/** Arbitrary folders: scanned, stored, built as trees and scanned again they are the same, copied or linked, large or odd. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { CONTROL } from '@outrider/shared/release/links.js';
import { manifestBytes } from '@outrider/shared/release/manifest.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { scanTree } from '@outrider/shared/release/tree-scan.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReleases, type HostReleases } from './releases.js';
import { agentOf } from './testing/sample.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-round-trip-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }), 300_000);

type Leaf = { readonly text: string; readonly run: boolean } | { readonly target: string } | 'folder';

const part = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '-rf',
    '.hidden',
    'with space',
    'ünï-çødé',
    '日本語',
    '😀',
    '~',
    '$HOME',
    'a\\b',
    "q'q",
    'x'.repeat(255),
  ),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
);
const isName = (name: string): boolean =>
  // What a manifest may not have: characters that hide, and names that are spelled otherwise than they look.
  !CONTROL.test(name) &&
  !/[/\uFFFD]/.test(name) &&
  name.normalize('NFC') === name &&
  name !== '.' &&
  name !== '..' &&
  name !== '.git' &&
  !name.startsWith('.outrider') &&
  name !== '.gitignore' &&
  Buffer.byteLength(name) <= 255 &&
  Buffer.from(name).toString() === name;
const path = fc.array(part.filter(isName), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const leaf: fc.Arbitrary<Leaf> = fc.oneof(
  fc.record({ text: fc.oneof(fc.constantFrom('', 'shared'), fc.string({ maxLength: 40 })), run: fc.boolean() }),
  fc.constantFrom<Leaf>({ target: 'a' }, { target: 'nowhere' }, 'folder'),
);

/** What can stand together: later ones that would need a folder where something else is are left out. */
function write(root: string, leaves: readonly (readonly [string, Leaf])[]): void {
  for (const [name, one] of leaves) {
    const at = join(root, name);
    try {
      mkdirSync(dirname(at), { recursive: true });
      if (one === 'folder') mkdirSync(at);
      else if ('target' in one) symlinkSync(one.target, at);
      else {
        writeFileSync(at, one.text, { flag: 'wx' });
        chmodSync(at, one.run ? 0o755 : 0o644);
      }
    } catch (error) {
      if (!/^(EEXIST|ENOTDIR|ENOENT|ENAMETOOLONG)$/.test((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

async function stored(source: string, data: string): Promise<readonly ManifestEntry[]> {
  const { entries, sources } = await scanTree(source);
  const store = new BlobStore(join(data, 'blobs'), join(data, 'incoming'));
  for (const [sha, { path: from }] of sources) store.putWhole(sha, readFileSync(from));
  await store.settle();
  return entries;
}

async function staged(data: string, entries: readonly ManifestEntry[], couldWrite: boolean): Promise<string> {
  const manifest = manifestBytes({ app: 'app', entries });
  const digest = sha256(manifest);
  const spec = { app: 'app', version: '1', digest, environment: 'local', host: 'h', hosts: {}, agents: [agentOf('a')] };
  const hostSpec = Buffer.from(canonicalJson(spec));
  const release = { version: '1', digest, specDigest: sha256(hostSpec) };
  const releases: HostReleases = createReleases({
    ...{ dataDir: data, token: () => undefined, clock: systemClock, couldWrite: () => couldWrite },
  });
  releases.accept({ release, manifest, hostSpec });
  await releases.stage('app', release, [], () => undefined, new AbortController().signal);
  await releases.verify('app', release, 'check');
  return releases.tree('app', release);
}

const AGENTS = ['agents.yaml', { text: 'app: app\n', run: false }] as const;

it('whatever a folder holds', async () => {
  let [count, linked] = [0, 0];
  const leaves = fc.array(fc.tuple(path, leaf), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(leaves, fc.boolean(), async (all, couldWrite) => {
      count += 1;
      const [source, data] = [join(folder, `s${count}`), join(folder, `d${count}`)];
      mkdirSync(source);
      write(source, [AGENTS, ...all]);
      const entries = await stored(source, data);
      const tree = await staged(data, entries, couldWrite);
      expect((await scanTree(tree)).entries).toEqual(entries);
      const files = entries.filter(({ kind }) => kind === 'file').map((entry) => lstatSync(join(tree, entry.path)));
      if (couldWrite) expect(files.filter(({ nlink }) => nlink > 1)).toEqual([]);
      linked += files.filter(({ nlink }) => nlink > 1).length;
    }),
    { numRuns: 60 },
  );
  expect(linked).toBeGreaterThan(0);
});

it('a hundred thousand files, many of them the same', { timeout: 300_000 }, async () => {
  const [data, count] = [join(folder, 'data'), 100_000];
  const store = new BlobStore(join(data, 'blobs'), join(data, 'incoming'));
  const yaml = Buffer.from('app: app\n');
  store.putWhole(sha256(yaml), yaml);
  const entries: ManifestEntry[] = [
    { kind: 'file', path: 'agents.yaml', mode: 0o644, size: yaml.length, sha256: sha256(yaml) },
  ];
  for (let index = 0; index < count; index += 1) {
    const content = Buffer.from(`${index % 5_000}`);
    const sha = sha256(content);
    if (index < 5_000) store.putWhole(sha, content);
    const name = `d${String(index % 100).padStart(2, '0')}/f${String(index).padStart(6, '0')}`;
    entries.push({
      kind: 'file',
      path: name,
      mode: (index % 5_000) % 7 === 0 ? 0o755 : 0o644,
      size: content.length,
      sha256: sha,
    });
  }
  await store.settle();
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const tree = await staged(data, entries, false);
  expect(entries.filter(({ path: name }) => !existsSync(join(tree, name)))).toEqual([]);
});
