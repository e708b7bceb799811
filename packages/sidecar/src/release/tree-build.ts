/** Makes a new tree: in a folder that nobody uses yet, quickly, and durable all at once. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { syncPaths } from '@outrider/shared/release/store/unsynced.js';
import { makeFolder, type Tree } from './tree.js';
import type { TreeContents } from './tree-contents.js';
import { foldersOf } from './tree-paths.js';

/** Whatever stands at the root goes first: half of a tree proves nothing. No content is damaged. */
export async function buildTree({ root, entries, turns }: Tree, contents: TreeContents): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  const made: string[] = [];
  for (const folder of foldersOf(entries)) {
    makeFolder(join(root, folder));
    made.push(join(root, folder));
    await turns.pause();
  }
  for (const entry of entries) {
    const path = join(root, entry.path);
    if (entry.kind === 'folder') makeFolder(path);
    else if (entry.kind === 'symlink') symlinkSync(entry.target, path);
    else await contents.place(entry, path);
    // The names of links are durable with their folders.
    if (entry.kind !== 'symlink') made.push(path);
    await turns.pause();
  }
  await syncPaths(root, made);
}
