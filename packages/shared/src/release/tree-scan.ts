/** Owns the way from a folder on disk to the entries of a manifest: what is in it, hashed. Never changes anything. */
import { join } from 'node:path';
import type { ManifestEntry } from '../domain/release.js';
import { shownName } from '../domain/shown-name.js';
import { OutriderError } from '../runtime/errors.js';
import type { HashCache } from './hash-cache.js';
import { type Hashed, hashFiles } from './hash-pool.js';
import { byPath, problemOfEntries } from './manifest.js';
import { type FoundFile, type TreeOrigin, walkTree } from './tree-walk.js';

/** Where a content is found, and how the file was when it was read. */
export interface ContentSource {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface ScannedTree {
  /** Sorted as a manifest's. */
  readonly entries: readonly ManifestEntry[];
  /** By sha256. */
  readonly sources: ReadonlyMap<string, ContentSource>;
  /** Regular files, and the bytes in them. */
  readonly files: number;
  readonly bytes: number;
  /** Paths that .gitignore files have left out; a folder stands for all that is in it. */
  readonly leftOutByGit: readonly string[];
  /** What git keeps for itself: never part of a release. */
  readonly leftOutOfGit: readonly string[];
  /** Puts into the cache what was read: takes a moment, so call it while there is something to wait for. */
  readonly remember: () => void;
}

export interface ScanOptions extends TreeOrigin {
  /** Bytes hashed since the last time, of so many that were seen. */
  readonly progress?: (bytes: number, total: number) => void;
  /** Default: true. False: .gitignore files are read as any other. */
  readonly gitignore?: boolean;
  /** Of this folder. Absent: every file is read. */
  readonly cache?: HashCache;
}

/**
 * Reads a whole tree. Throws `OutriderError('invalid')` where something in it cannot be part of a release: a socket, a
 * device, a name that is not UTF-8, a link that leads out.
 */
export async function scanTree(root: string, options: ScanOptions = {}): Promise<ScannedTree> {
  const { files, others, ...leftOut } = await walkTree(root, { ...options, gitignore: options.gitignore ?? true });
  const hashed = await hashAll(root, files, options);
  const nameOf = options.nameOf ?? ((path: string) => shownName(join(root, path)));
  const sources = new Map<string, ContentSource>();
  const entries: ManifestEntry[] = [...others];
  const known: { readonly file: FoundFile; readonly sha256: string }[] = [];
  let bytes = 0;
  files.forEach((file, index) => {
    const { sha256, size } = outcome(nameOf, file, hashed[index]);
    bytes += size;
    entries.push({ kind: 'file', path: file.path, mode: file.mode, size, sha256 });
    sources.set(sha256, { path: join(root, file.path), size, mtimeMs: file.mtimeMs });
    known.push({ file, sha256 });
  });
  const remember = once(() => options.cache?.save(known));
  entries.sort(byPath);
  const problem = problemOfEntries(entries);
  if (problem !== undefined) {
    remember();
    throw new OutriderError('invalid', `${options.name ?? shownName(root)} cannot be released: it ${problem}.`);
  }
  return { entries, sources, files: files.length, bytes, ...leftOut, remember };
}

/** In the order of `files`; only those are read that the cache does not know. */
async function hashAll(
  root: string,
  files: readonly FoundFile[],
  { progress, cache }: ScanOptions,
): Promise<readonly Hashed[]> {
  const known = files.map((file) => cache?.get(file));
  const unknown = files.filter((_, index) => known[index] === undefined);
  const total = unknown.reduce((sum, { size }) => sum + size, 0);
  const read = await hashFiles(
    unknown.map(({ path, size }) => ({ path: join(root, path), size })),
    (bytes) => progress?.(bytes, total),
  );
  const next = read.values();
  return files.map(({ size }, index) => {
    const sha256 = known[index];
    return sha256 === undefined ? (next.next().value ?? { problem: 'it was not read' }) : { sha256, size };
  });
}

function outcome(
  nameOf: (path: string) => string,
  { path }: FoundFile,
  hashed: Hashed | undefined,
): { readonly sha256: string; readonly size: number } {
  if (hashed !== undefined && 'sha256' in hashed) return hashed;
  throw new OutriderError('invalid', `Cannot read ${nameOf(path)}: ${hashed?.problem ?? 'it was not read'}.`);
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
