/** Removes contents that nobody needs from a store, a folder at a time, so that everything else goes on meanwhile. */
import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDigest } from '../../domain/name.js';

export interface Collected {
  readonly blobs: number;
  readonly bytes: number;
}

export interface CollectionOptions {
  readonly stays: (sha256: string) => boolean;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly dryRun: boolean;
}

export async function collectBlobs(folder: string, options: CollectionOptions): Promise<Collected> {
  let collected: Collected = { blobs: 0, bytes: 0 };
  for (const inner of blobFolders(folder)) {
    for (const sha256 of readdirSync(inner).filter(isDigest)) {
      const bytes = collectOne(join(inner, sha256), sha256, options);
      if (bytes !== undefined) collected = { blobs: collected.blobs + 1, bytes: collected.bytes + bytes };
    }
    await setImmediate();
  }
  return collected;
}

/** Asked and removed in one turn of the event loop: nobody can begin to use it in between. */
function collectOne(path: string, sha256: string, { stays, since, dryRun }: CollectionOptions): number | undefined {
  if (stays(sha256)) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || Math.max(found.atimeMs, found.mtimeMs) >= since) return undefined;
  if (!dryRun) unlinkSync(path);
  // One that a tree is linked to stays on the disk with the tree.
  return found.nlink > 1 ? 0 : found.size;
}

/** The folders of a store that hold contents. */
export const blobFolders = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .map((name) => join(folder, name));
