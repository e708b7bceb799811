/** Copies entries of a release into a folder that is not its tree: seeds of data, and what a step finds in its folder. */
import { constants } from 'node:fs';
import { chmod, copyFile, lchown, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWithin } from '@outrider/shared/domain/prepare.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { syncFolder } from '@outrider/shared/runtime/durable-file.js';
import { hashOf } from '@outrider/shared/release/store/blob-files.js';
import { eachOf } from '@outrider/shared/runtime/each-of.js';

import type { Owner } from './ports.js';

const AT_ONCE = 8;

/** A stored content that is missing or not what its name says. */
export class DamagedBlob extends Error {
  constructor(readonly entry: Extract<ManifestEntry, { kind: 'file' }>) {
    super(`The stored content of ${entry.path} is damaged.`);
  }
}

/** Where contents are, by their sha256. */
export interface Contents {
  path(sha256: string): string;
}

/** What they take of the disk, their contents alone. */
export const bytesOf = (entries: readonly ManifestEntry[]): number =>
  entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);

/**
 * `from`: the place in the release that `to` stands for, '' its root. `to` is a folder that is there, or what a file
 * becomes. Durable, but for its name. @throws DamagedBlob
 */
export async function layOut(
  to: string,
  from: string,
  entries: readonly ManifestEntry[],
  contents: Contents,
  owner: Owner | undefined,
  signal: AbortSignal,
): Promise<void> {
  const own = entries.filter(({ path }) => from === '' || isWithin(path, from));
  const placeOf = (path: string): string => join(to, path.slice(from === '' ? 0 : from.length + 1));
  const give = async (path: string): Promise<void> => {
    if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
  };
  for (const folder of foldersOf(own, from)) {
    await mkdir(placeOf(folder), { recursive: true });
    await chmod(placeOf(folder), 0o755);
    await give(placeOf(folder));
  }
  await eachOf(own, AT_ONCE, async (entry) => {
    signal.throwIfAborted();
    if (entry.kind === 'folder') return;
    const path = placeOf(entry.path);
    if (entry.kind === 'symlink') await symlink(entry.target, path);
    else await copyContent(entry, contents, path);
    await give(path);
  });
  for (const folder of foldersOf(own, from)) syncFolder(placeOf(folder));
}

async function copyContent(
  entry: Extract<ManifestEntry, { kind: 'file' }>,
  contents: Contents,
  to: string,
): Promise<void> {
  try {
    await copyFile(contents.path(entry.sha256), to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
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

/** Below `from`, outer before inner. */
function foldersOf(entries: readonly ManifestEntry[], from: string): readonly string[] {
  const found = new Set<string>();
  for (const entry of entries) {
    const first = entry.kind === 'folder' ? entry.path : dirname(entry.path);
    for (let folder = first; folder !== '.' && folder !== from; folder = dirname(folder)) {
      if (from !== '' && !isWithin(folder, from)) break;
      found.add(folder);
    }
  }
  return [...found].sort((a, b) => a.length - b.length);
}
