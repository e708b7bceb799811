/** Older contents that are here and that missing ones are likely to be made from. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { basesFor, DELTA_FROM_BYTES } from '@outrider/shared/domain/bases.js';
import { isDigest } from '@outrider/shared/domain/name.js';
import type { Manifest } from '@outrider/shared/domain/release.js';
import type { BlobFiles } from '@outrider/shared/release/store/blob-files.js';
import { loadManifest } from './documents.js';
import type { Layout } from './layout.js';

/** Releases that are looked at, the newest first. */
const MOST_MANIFESTS = 4;

/** By sha256 of what is missing. Whatever cannot be read is passed over: it would only have helped. */
export async function basesHere(
  layout: Layout,
  manifest: Manifest,
  digest: string,
  missing: ReadonlyMap<string, number>,
  blobs: BlobFiles,
): Promise<ReadonlyMap<string, string>> {
  const large = new Set([...missing].flatMap(([sha256, size]) => (size > DELTA_FROM_BYTES ? [sha256] : [])));
  if (large.size === 0) return new Map();
  const older = olderManifests(layout, manifest.app, digest);
  const found = new Map<string, string>();
  for (const [sha256, base] of basesFor(large, manifest, older)) {
    if ((await blobs.size(base)) !== undefined) found.set(sha256, base);
  }
  return found;
}

function olderManifests(layout: Layout, app: string, digest: string): readonly Manifest[] {
  const folder = dirname(layout.manifest(app, digest));
  try {
    return readdirSync(folder)
      .map((name) => ({ digest: name.replace(/\.json$/, ''), at: statSync(join(folder, name)).mtimeMs }))
      .filter((one) => isDigest(one.digest) && one.digest !== digest)
      .sort((a, b) => b.at - a.at)
      .slice(0, MOST_MANIFESTS)
      .map((one) => loadManifest(layout, app, one.digest));
  } catch {
    return [];
  }
}
