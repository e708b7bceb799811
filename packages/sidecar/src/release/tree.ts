/**
 * Makes a folder hold exactly the entries of a manifest, and says where it does not. Making a new tree and mending
 * one are the same. What a tree holds besides its entries is left alone: agents write beside their code.
 */
import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { eachOf } from '@outrider/shared/runtime/each-of.js';
import { syncFolder } from '@outrider/shared/runtime/durable-file.js';
import { type BlobStore, hashOf } from '@outrider/shared/release/store/blob-store.js';
import { diskProblem } from '@outrider/shared/release/store/disk.js';

type FileEntry = Extract<ManifestEntry, { kind: 'file' }>;

const FOLDER_MODE = 0o755;
const AT_ONCE = 8;

/** A stored content that is missing or not what its name says. */
export class DamagedBlob extends Error {
  constructor(readonly entry: FileEntry) {
    super(`The stored content of ${entry.path} is damaged.`);
  }
}

export interface TreeMaker {
  readonly blobs: BlobStore;
  /** For half-made files, on the same file system. */
  readonly incoming: string;
}

/** Paths of the entries that are not as they should be. Changes nothing. */
export async function differencesOf(root: string, entries: readonly ManifestEntry[]): Promise<ManifestEntry[]> {
  const misplaced = new Set<string>();
  for (const folder of foldersOf(entries)) {
    const found = await statOf(join(root, folder));
    if (misplaced.has(parentOf(folder)) || found?.isDirectory() !== true) misplaced.add(folder);
  }
  const different: ManifestEntry[] = [];
  await eachOf(entries, AT_ONCE, async (entry) => {
    if (misplaced.has(parentOf(entry.path)) || !(await matches(root, entry))) different.push(entry);
  });
  return different;
}

/** Afterwards every entry is as the manifest says, durably. Returns what was made anew. @throws DamagedBlob */
export async function mendTree(
  root: string,
  entries: readonly ManifestEntry[],
  maker: TreeMaker,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const made: string[] = [];
  try {
    for (const folder of foldersOf(entries)) await makeFolder(join(root, folder));
    await eachOf(entries, AT_ONCE, async (entry) => {
      signal?.throwIfAborted();
      if (await matches(root, entry)) return;
      await make(root, entry, maker);
      made.push(entry.path);
    });
    for (const folder of new Set(made.flatMap((path) => ancestorsOf(path)))) syncFolder(join(root, folder));
  } catch (error) {
    throw diskProblem(error, root);
  }
  return made;
}

async function matches(root: string, entry: ManifestEntry): Promise<boolean> {
  const path = join(root, entry.path);
  const found = await statOf(path);
  if (found === undefined) return false;
  switch (entry.kind) {
    case 'folder':
      return found.isDirectory();
    case 'symlink':
      return found.isSymbolicLink() && (await readlink(path)) === entry.target;
    case 'file':
      return (
        found.isFile() &&
        found.nlink === 1 &&
        (found.mode & 0o7777) === entry.mode &&
        found.size === entry.size &&
        (await hashOf(path)) === entry.sha256
      );
  }
}

/** Whatever stands in the way is of our own making or of an agent's; the release says what belongs there. */
async function make(root: string, entry: ManifestEntry, maker: TreeMaker): Promise<void> {
  const path = join(root, entry.path);
  if (entry.kind === 'folder') {
    await makeFolder(path);
    return;
  }
  const temporary = join(maker.incoming, randomUUID());
  try {
    if (entry.kind === 'symlink') await symlink(entry.target, temporary);
    else await copyBlob(entry, maker.blobs, temporary);
    if ((await statOf(path))?.isDirectory() === true) await rm(path, { recursive: true, force: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A copy that shares its blocks with the blob where the file system can do that, never its inode. */
async function copyBlob(entry: FileEntry, blobs: BlobStore, to: string): Promise<void> {
  try {
    await copyFile(blobs.path(entry.sha256), to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DamagedBlob(entry);
    throw error;
  }
  if ((await hashOf(to)) !== entry.sha256) throw new DamagedBlob(entry);
  await chmod(to, entry.mode);
  const file = await open(to, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A real folder, never a link to one: through a link we would write into another tree. */
async function makeFolder(path: string): Promise<void> {
  const found = await statOf(path);
  if (found?.isDirectory() === true) {
    if ((found.mode & 0o7777) !== FOLDER_MODE) await chmod(path, FOLDER_MODE);
    return;
  }
  if (found !== undefined) await rm(path, { force: true });
  await mkdir(path, { recursive: true });
  await chmod(path, FOLDER_MODE);
  syncFolder(dirname(path));
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Every folder that must be one, outer before inner, the root ('') first. */
function foldersOf(entries: readonly ManifestEntry[]): readonly string[] {
  const folders = new Set<string>(entries.flatMap((entry) => ancestorsOf(entry.path)));
  folders.add('');
  return [...folders].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function ancestorsOf(path: string): string[] {
  const found: string[] = [];
  for (let folder = parentOf(path); ; folder = parentOf(folder)) {
    found.push(folder);
    if (folder === '') return found;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
