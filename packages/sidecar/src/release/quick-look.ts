/**
 * Sees in this thread, without any other, that a release is whole: most of the times that one is staged or verified. Only
 * small ones: a look at gigabytes would hold up whatever else this thread does.
 */
import { statSync } from 'node:fs';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { loadManifest } from './documents.js';
import { contentsOf, sum } from './fetching.js';
import type { Layout } from './layout.js';
import { isWhole, needFor, treeOf } from './look.js';
import { Turns } from './turns.js';
import type { Need, NeedJob, TreeJob } from './work/release-work.js';

/** As many hold the manifest of some hundreds of files. */
const MANIFEST_BYTES = 128 * 1024;
const CONTENT_BYTES = 16 * 1024 * 1024;
const SLICE_MS = 3;

/** Undefined: that can't be told so quickly. */
export async function seenNeed(layout: Layout, job: NeedJob, manifest: Manifest): Promise<Need | undefined> {
  return job.manifest.length > MANIFEST_BYTES ? undefined : needFor(layout, job, manifest, new Turns(SLICE_MS));
}

/** Bytes in it; undefined: it is not whole, or that can't be told so quickly. `contents`: see `MakeJob`. */
export async function seenWhole(layout: Layout, job: TreeJob, contents: 'all' | 'needed'): Promise<number | undefined> {
  const found = statSync(layout.manifest(job.app, job.release.digest), { throwIfNoEntry: false });
  if (found === undefined || found.size > MANIFEST_BYTES) return undefined;
  const manifest = loadManifest(layout, job.app, job.release.digest);
  const bytes = sum(contentsOf(manifest.entries).values());
  if (bytes > CONTENT_BYTES) return undefined;
  const tree = treeOf(layout, job, manifest, new Turns(SLICE_MS));
  return (await isWhole(layout, tree, manifest, contents)) ? bytes : undefined;
}
