/** Which older content a new one is likely to be made from. Knows no bytes. */
import type { Manifest, ManifestEntry } from './release.js';

type File = Extract<ManifestEntry, { readonly kind: 'file' }>;

/** Smaller ones travel whole: to ask about them would take longer. */
export const DELTA_FROM_BYTES = 1024 * 1024;

/**
 * A base for each large content that is wanted, where there is one: what had the same path in the first of the older
 * manifests that has it, else the one of the same file name whose size is nearest. `wanted`: digests.
 */
export function basesFor(
  wanted: ReadonlySet<string>,
  manifest: Manifest,
  older: readonly Manifest[],
): ReadonlyMap<string, string> {
  const known = older.map(({ entries }) => entries.filter(isLarge).filter(({ sha256 }) => !wanted.has(sha256)));
  const byPath = known.map((files) => new Map(files.map((file) => [file.path, file])));
  const bases = new Map<string, string>();
  for (const file of manifest.entries.filter(isLarge)) {
    if (!wanted.has(file.sha256)) continue;
    const same = byPath.flatMap((files) => files.get(file.path) ?? [])[0] ?? nearest(file, known.flat());
    if (same !== undefined) bases.set(file.sha256, same.sha256);
  }
  return bases;
}

function nearest(file: File, files: readonly File[]): File | undefined {
  const distance = ({ size }: File): number => Math.abs(size - file.size);
  return files
    .filter(({ path }) => nameOf(path) === nameOf(file.path))
    .sort((a, b) => distance(a) - distance(b) || (a.sha256 < b.sha256 ? -1 : 1))[0];
}

const isLarge = (entry: ManifestEntry): entry is File => entry.kind === 'file' && entry.size > DELTA_FROM_BYTES;
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
