/**
 * Reads all that this host has of a release again, stored contents and tree, and makes good what is not as the release
 * says: stored contents from the tree or from whoever serves them, the tree from stored contents.
 */
import { join } from 'node:path';
import type { Manifest, ManifestEntry } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { sum } from './fetching.js';
import { differencesOf, type Tree } from './tree.js';

type FileEntry = Extract<ManifestEntry, { readonly kind: 'file' }>;

export interface CheckParts {
  readonly tree: Tree;
  readonly manifest: Manifest;
  readonly blobs: BlobStore;
  /** Bytes by sha256. Rejects with `OutriderError` where they can't be had. */
  readonly fetch: (wanted: ReadonlyMap<string, number>) => Promise<void>;
  /** Makes the tree as the manifest says. Rejects with `OutriderError` where that can't be done. */
  readonly mend: () => Promise<void>;
  readonly progress: (bytesDone: number, bytesTotal: number) => void;
  readonly signal: AbortSignal;
}

/** Entries of a tree that are compared between two looks at the time. */
const BATCH = 256;

export async function checkRelease(parts: CheckParts): Promise<VerifyResult> {
  const { tree, manifest, signal } = parts;
  const files = manifest.entries.filter((entry): entry is FileEntry => entry.kind === 'file');
  const byContent = new Map(files.map((entry) => [entry.sha256, entry]));
  const total = sum([...byContent.values(), ...files].map(({ size }) => size));
  let done = 0;
  const read = (bytes: number): void => parts.progress((done += bytes), total);

  const badTree = await badInTree(parts, read);
  const badContents: FileEntry[] = [];
  for (const entry of byContent.values()) {
    signal.throwIfAborted();
    if (!(await parts.blobs.isWhole(entry.sha256))) badContents.push(entry);
    read(entry.size);
  }

  const problems = [...(await mendContents(parts, badContents, badTree)), ...(await mendTree(parts, badTree))];
  const still = new Set((await differencesOf({ ...tree, entries: badTree })).map(({ path }) => path));
  const whole: FileEntry[] = [];
  for (const entry of badContents) if (await parts.blobs.isWhole(entry.sha256)) whole.push(entry);
  const named = (entries: readonly ManifestEntry[]): readonly string[] => entries.map(({ path }) => path).sort();
  const stored = (entries: readonly FileEntry[]): readonly string[] =>
    named(entries).map((path) => `stored content of ${path}`);
  return {
    damaged: [...named(badTree), ...stored(badContents)],
    mended: [...named(badTree.filter(({ path }) => !still.has(path))), ...stored(whole)],
    problems,
    files: files.length,
    bytes: sum(files.map(({ size }) => size)),
  };
}

async function badInTree(
  { tree, signal }: CheckParts,
  read: (bytes: number) => void,
): Promise<readonly ManifestEntry[]> {
  const bad: ManifestEntry[] = [];
  const { entries } = tree;
  for (let from = 0; from < entries.length; from += BATCH) {
    signal.throwIfAborted();
    const batch = entries.slice(from, from + BATCH);
    bad.push(...(await differencesOf({ ...tree, entries: batch })));
    read(sum(batch.map((entry) => (entry.kind === 'file' ? entry.size : 0))));
  }
  return bad;
}

/** From files of the tree that are right, else from whoever serves them. Sentences about what can't be had. */
async function mendContents(
  { tree: { root, entries }, blobs, fetch }: CheckParts,
  bad: readonly FileEntry[],
  badTree: readonly ManifestEntry[],
): Promise<readonly string[]> {
  if (bad.length === 0) return [];
  const wrong = new Set(badTree.map(({ path }) => path));
  const right = new Map(
    entries.flatMap((entry) => (entry.kind === 'file' && !wrong.has(entry.path) ? [[entry.sha256, entry]] : [])),
  );
  const missing = new Map<string, number>();
  for (const { sha256, size } of bad) {
    await blobs.remove(sha256);
    const source = right.get(sha256);
    if (source === undefined) missing.set(sha256, size);
    else await copyIn(blobs, join(root, source.path), source).catch(() => missing.set(sha256, size));
  }
  await blobs.settle();
  if (missing.size === 0) return [];
  const why = await sentencesOf(() => fetch(missing));
  return why.map((sentence) => `${sentence} ${NOBODY_HAS_IT}`);
}

const NOBODY_HAS_IT = 'Push the same tree again under its version, then verify this host again.';

const mendTree = async ({ mend }: CheckParts, bad: readonly ManifestEntry[]): Promise<readonly string[]> =>
  bad.length === 0 ? [] : sentencesOf(mend);

async function sentencesOf(act: () => Promise<void>): Promise<readonly string[]> {
  try {
    await act();
    return [];
  } catch (error) {
    if (error instanceof OutriderError) return [error.message];
    throw error;
  }
}

async function copyIn(blobs: BlobStore, path: string, { sha256, size }: FileEntry): Promise<void> {
  const blob = await blobs.begin(sha256, size);
  try {
    await blob.copyFrom(path, 0, size);
    await blob.finish();
  } catch (error) {
    await blob.discard();
    throw error;
  }
}
