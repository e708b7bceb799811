/** A look at the tree of a release, and at whether that is all that it needs. Changes nothing. */
import { existsSync } from 'node:fs';
import type { Manifest, ManifestEntry } from '@outrider/shared/domain/release.js';
import { isSettled } from '@outrider/shared/release/store/unsynced.js';
import { contentsOf, missingOf } from './fetching.js';
import type { Layout } from './layout.js';
import { programsLeave } from './links.js';
import { differencesOf, type Tree } from './tree.js';
import type { Turns } from './turns.js';
import type { TreeJob } from './work/release-work.js';

/** The tree of a release as it should be; `root`: where it stands, be it there or not. */
export function treeOf(layout: Layout, job: TreeJob, { entries }: Manifest, turns: Turns): Tree {
  const { app, release, mayLink, apart } = job;
  const isApart = (path: string): boolean => apart.some((one) => path === one || path.startsWith(`${one}/`));
  return {
    root: layout.tree(app, release.digest),
    entries: apart.length === 0 ? entries : entries.filter(({ path }: ManifestEntry) => !isApart(path)),
    blob: layout.blob,
    links: mayLink && programsLeave(entries, layout.blob),
    turns,
  };
}

/** It stands as it should, so that there is nothing to do. `contents`: see `MakeJob`. */
export async function isWhole(
  layout: Layout,
  tree: Tree,
  manifest: Manifest,
  contents: 'all' | 'needed',
): Promise<boolean> {
  if (!existsSync(tree.root)) return false;
  if (contents === 'all') {
    if (!isSettled(layout.blobs)) return false;
    if ((await missingOf(contentsOf(manifest.entries), layout.blob, tree.turns)).size > 0) return false;
  }
  return (await differencesOf(tree)).length === 0;
}
