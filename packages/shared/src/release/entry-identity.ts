import type { ManifestEntry } from '../domain/release.js';

/** All of an entry that whoever uses it can notice: path, mode and content. */
export function identityOf(entry: ManifestEntry): readonly (string | number)[] {
  switch (entry.kind) {
    case 'file':
      return [entry.path, entry.mode, entry.sha256];
    case 'symlink':
      return [entry.path, 'symlink', entry.target];
    case 'folder':
      return [entry.path, 'folder'];
  }
}
