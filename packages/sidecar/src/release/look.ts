/** A look at the tree of a release, and at whether that is all that it needs. Changes nothing. */
import { existsSync } from 'node:fs';
import type { Manifest, ManifestEntry } from '@outrider/shared/domain/release.js';
import { roomIn } from '@outrider/shared/release/store/disk.js';
import { isSettled } from '@outrider/shared/release/store/unsynced.js';
import { diskNeed } from './disk-need.js';
import { contentsOf, storedOf } from './fetching.js';
import type { Layout } from './layout.js';
import { programsLeave } from './hard-links.js';
import { differencesOf, type Tree } from './tree.js';
import type { Turns } from './turns.js';
import type { Need, NeedJob, TreeJob } from './work/release-work.js';

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

/** What bringing it here would add to the disk. */
export async function needFor(
  layout: Layout,
  job: Omit<NeedJob, 'manifest'>,
  manifest: Manifest,
  turns: Turns,
): Promise<Need> {
  const { missing } = await storedOf(contentsOf(manifest.entries), layout.blob, turns);
  return needOf(layout, job, manifest, missing);
}

/** The same, where it is known what is missing: bytes by sha256. */
export async function needOf(
  layout: Layout,
  job: Omit<NeedJob, 'manifest'>,
  { entries }: Manifest,
  missing: ReadonlyMap<string, number>,
): Promise<Need> {
  const links = job.mayLink && programsLeave(entries, layout.blob);
  const isBuilt = existsSync(layout.tree(job.app, job.digest));
  return { need: diskNeed({ entries, missing, links, isBuilt }), free: await roomIn(layout.releases) };
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
    const { missing } = await storedOf(contentsOf(manifest.entries), layout.blob, tree.turns);
    if (missing.size > 0) return false;
  }
  return (await differencesOf(tree)).length === 0;
}
