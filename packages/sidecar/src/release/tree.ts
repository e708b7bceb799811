/**
 * Says where a folder does not hold the entries of a manifest, and makes it hold them. What a tree holds besides its
 * entries is left alone: agents write beside their code.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, type Stats, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { syncPaths } from '@outrider/shared/release/store/unsynced.js';
import { hashOfFile } from './file-hash.js';
import type { ProvenFiles } from './proven-files.js';
import type { FileEntry, TreeContents } from './tree-contents.js';
import { foldersOf, parentOf } from './tree-paths.js';
import type { Turns } from './turns.js';

export const FOLDER_MODE = 0o755;
/** So many are made durable together, before they replace what stands there. */
const BATCH = 500;

export interface Tree {
  readonly root: string;
  readonly entries: readonly ManifestEntry[];
  /** Where the store has a content. */
  readonly blob: (sha256: string) => string;
  /** Files may be names of the stored ones. */
  readonly links: boolean;
  readonly turns: Turns;
  /** What need not be read again; absent: everything is read. */
  readonly proven?: Pick<ProvenFiles, 'isProven'>;
}

/** The entries that are not as they should be: every file is read that is not proven. Changes nothing. */
export async function differencesOf(tree: Tree): Promise<ManifestEntry[]> {
  const misplaced = new Set<string>();
  for (const folder of foldersOf(tree.entries)) {
    const found = statOf(join(tree.root, folder));
    if (misplaced.has(parentOf(folder)) || found?.isDirectory() !== true) misplaced.add(folder);
    await tree.turns.pause();
  }
  const linked = new LinkedFiles(tree);
  const different: ManifestEntry[] = [];
  for (const entry of tree.entries) {
    if (misplaced.has(parentOf(entry.path)) || !(await isRight(tree, entry, linked))) different.push(entry);
    await tree.turns.pause();
  }
  return different;
}

/** Makes these entries anew, durably; every folder is one then. None of their contents is damaged. */
export async function mendTree(
  tree: Tree,
  different: readonly ManifestEntry[],
  contents: TreeContents,
  incoming: string,
): Promise<void> {
  for (const folder of foldersOf(tree.entries)) makeFolder(join(tree.root, folder));
  for (let from = 0; from < different.length; from += BATCH) {
    await replace(tree, different.slice(from, from + BATCH), contents, incoming);
  }
  if (different.length === 0) return;
  await syncPaths(
    tree.root,
    foldersOf(different).map((folder) => join(tree.root, folder)),
  );
}

async function replace(
  { root, turns }: Tree,
  entries: readonly ManifestEntry[],
  contents: TreeContents,
  incoming: string,
): Promise<void> {
  const made = new Map<ManifestEntry, string>();
  try {
    for (const entry of entries) {
      if (entry.kind === 'folder') continue;
      const temporary = join(incoming, randomUUID());
      made.set(entry, temporary);
      if (entry.kind === 'symlink') symlinkSync(entry.target, temporary);
      else await contents.copy(entry, temporary);
      await turns.pause();
    }
    await syncPaths(
      incoming,
      [...made].flatMap(([{ kind }, path]) => (kind === 'file' ? [path] : [])),
    );
    for (const entry of entries) {
      const [path, temporary] = [join(root, entry.path), made.get(entry)];
      if (temporary === undefined) makeFolder(path);
      else {
        if (statOf(path)?.isDirectory() === true) rmSync(path, { recursive: true, force: true });
        renameSync(temporary, path);
        made.delete(entry);
      }
    }
  } catch (error) {
    for (const path of made.values()) rmSync(path, { force: true });
    throw error;
  }
}

async function isRight(tree: Tree, entry: ManifestEntry, linked: LinkedFiles): Promise<boolean> {
  const path = `${tree.root}/${entry.path}`;
  const found = statOf(path);
  if (found === undefined) return false;
  switch (entry.kind) {
    case 'folder':
      return found.isDirectory();
    case 'symlink':
      return found.isSymbolicLink() && readlinkSync(path) === entry.target;
    case 'file':
      if (!found.isFile() || (found.mode & 0o7777) !== entry.mode || found.size !== entry.size) return false;
      if (found.nlink > 1) return tree.links && (await linked.isRight(entry, found));
      if (tree.proven?.isProven(found, entry.sha256) === true) return true;
      return (await hashOfFile(path, tree.turns)) === entry.sha256;
  }
}

/** Those that are names of stored files. What else has several names is somebody's who may change it. */
class LinkedFiles {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly tree: Tree) {}

  async isRight({ sha256 }: FileEntry, found: Stats): Promise<boolean> {
    const { ino, dev } = found;
    const path = this.tree.blob(sha256);
    const blob = statOf(path);
    if (blob?.ino !== ino || blob.dev !== dev) return false;
    if (this.tree.proven?.isProven(found, sha256) === true) return true;
    let right = this.known.get(sha256);
    if (right === undefined) {
      right = (await hashOfFile(path, this.tree.turns)) === sha256;
      this.known.set(sha256, right);
    }
    return right;
  }
}

/** A real folder, never a link to one: through a link we would write into another tree. */
export function makeFolder(path: string): void {
  const found = statOf(path);
  if (found?.isDirectory() === true) {
    if ((found.mode & 0o7777) !== FOLDER_MODE) chmodSync(path, FOLDER_MODE);
    return;
  }
  if (found !== undefined) rmSync(path, { force: true });
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  // Whatever the umask is.
  chmodSync(path, FOLDER_MODE);
}

const statOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });
