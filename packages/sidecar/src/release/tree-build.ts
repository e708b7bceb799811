/** Makes a new tree: in a folder that nobody uses yet, quickly, and durable all at once. */
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { syncPaths } from '@outrider/shared/release/store/unsynced.js';
import { FOLDER_MODE, type Tree } from './tree.js';
import type { TreeContents } from './tree-contents.js';
import { foldersOf } from './tree-paths.js';

/** Whatever stands at the root goes first: half of a tree proves nothing. No content is damaged. */
export async function buildTree({ root, entries, turns }: Tree, contents: TreeContents): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  const made: string[] = [];
  for (const folder of foldersOf(entries)) {
    made.push(newFolder(`${root}/${folder}`));
    await turns.pause();
  }
  for (const entry of entries) {
    const path = `${root}/${entry.path}`;
    if (entry.kind === 'folder') newFolder(path);
    else if (entry.kind === 'symlink') symlinkSync(entry.target, path);
    else await contents.place(entry, path);
    // The names of links are durable with their folders.
    if (entry.kind !== 'symlink') made.push(path);
    await turns.pause();
  }
  await syncPaths(root, made);
}

function newFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  // Whatever the umask is.
  chmodSync(path, FOLDER_MODE);
  return path;
}
