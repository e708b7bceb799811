/** What a release takes of the disk. Pure. */
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { Room } from '@outrider/shared/release/store/disk.js';
import { sum } from './fetching.js';
import { foldersOf } from './tree-paths.js';

/** What a file takes besides its content. */
const FILE_BYTES = 4096;
/** What a further name of a file takes. */
const NAME_BYTES = 256;

export interface Wanted {
  readonly entries: readonly ManifestEntry[];
  /** Bytes by sha256. */
  readonly missing: ReadonlyMap<string, number>;
  /** Its tree stands already. */
  readonly isBuilt: boolean;
  /** The files of its tree are names of the stored ones. */
  readonly links: boolean;
}

export function diskNeed({ entries, missing, isBuilt, links }: Wanted): Room {
  const blobs = { bytes: sum(missing.values()) + missing.size * FILE_BYTES, inodes: missing.size };
  if (isBuilt) return blobs;
  const folders = foldersOf(entries).length;
  const names = { bytes: entries.length * NAME_BYTES + folders * FILE_BYTES, inodes: folders };
  const files = {
    bytes: sum(entries.map((entry) => (entry.kind === 'file' ? entry.size : 0) + FILE_BYTES)),
    inodes: entries.length + folders,
  };
  const tree = links ? names : files;
  return { bytes: blobs.bytes + tree.bytes, inodes: blobs.inodes + tree.inodes };
}
