/** What a coordinator has on its disk of a release, looked at without asking it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from '@outrider/shared/release/manifest.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Names of the contents in data_dir/blobs. */
export function storedContents(dataDir: string): string[] {
  const blobs = join(dataDir, 'blobs');
  if (!existsSync(blobs)) return [];
  return readdirSync(blobs)
    .filter((folder) => /^[0-9a-f]{2}$/.test(folder))
    .flatMap((folder) => readdirSync(join(blobs, folder)));
}

/** Contents that are not what their name says. */
export const damagedContents = (dataDir: string): string[] =>
  storedContents(dataDir).filter((name) => sha256(readContent(dataDir, name)) !== name);

/** Names of all that belongs to a release, itself included. */
export function contentsOf(dataDir: string, digest: string): string[] {
  const { entries } = readManifest(readContent(dataDir, digest));
  return [digest, ...entries.flatMap((entry) => (entry.kind === 'file' ? [entry.sha256] : []))];
}

/** What of a release is not there. */
export function absentContents(dataDir: string, digest: string): string[] {
  const stored = new Set(storedContents(dataDir));
  return stored.has(digest) ? contentsOf(dataDir, digest).filter((name) => !stored.has(name)) : [digest];
}

const readContent = (dataDir: string, name: string): Buffer =>
  readFileSync(join(dataDir, 'blobs', name.slice(0, 2), name));
