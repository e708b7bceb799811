/** Which folders a tree has, by the paths of its entries. Pure. */
import type { ManifestEntry } from '@outrider/shared/domain/release.js';

/** Every folder that must be one, outer before inner, the root ('') first. */
export function foldersOf(entries: readonly Pick<ManifestEntry, 'path'>[]): readonly string[] {
  const folders = new Set<string>(['']);
  for (const { path } of entries) {
    for (let folder = parentOf(path); !folders.has(folder); folder = parentOf(folder)) folders.add(folder);
  }
  return [...folders].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
