/** What is wrong with a member of an archive, by what is said of it there; as the end of a sentence about the archive. */
import { posix } from 'node:path';
import { quoted } from '@outrider/shared/domain/shown-name.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { LONGEST_PART, LONGEST_PATH } from '@outrider/shared/release/manifest.js';
import type { ReadEntry } from 'tar';

const FILES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const TAKEN: ReadonlySet<string> = new Set([...FILES, 'Directory', 'GNUDumpDir', 'SymbolicLink']);

/** What only names the archive; it says nothing of what is in it. */
const LABEL = 'TapeVolumeHeader';
export const MOST_META_BYTES = 1024 * 1024;
/** What GNU tar says of a file of which it packs only what is not empty, in the form of POSIX. */
const SPARSE_RECORD = /^\d+ GNU\.sparse\./m;

export const isFile = ({ type }: ReadEntry): boolean => FILES.has(type);

export const shownMember = (path: string): string => quoted(path.slice(0, 200));

/** Undefined: it may be unpacked. */
export function problemOfMember(path: string, { type, linkpath = '' }: ReadEntry): string | undefined {
  const shown = shownMember(path);
  if (type === 'Link') return `${shown} is a hard link. Make the archive with the option --hard-dereference of tar`;
  if (!TAKEN.has(type)) return `${shown} is neither file, folder nor symbolic link`;
  return problemOfPath(path, shown) ?? (type === 'SymbolicLink' ? problemOfTarget(path, linkpath) : undefined);
}

function problemOfPath(path: string, shown: string): string | undefined {
  if (path.startsWith('/') || climbs(path)) return `it has the path ${shown}, which leads out of it`;
  if (WINDOWS_ROOT.test(path)) return `${shown} begins as a path of Windows does. Give it another name`;
  const parts = partsOf(path);
  if (parts.includes('..')) return `it has the path ${shown}, and paths in it must do without "..". Make it anew`;
  const isLong = Buffer.byteLength(path) > LONGEST_PATH || parts.some((part) => Buffer.byteLength(part) > LONGEST_PART);
  if (!isLong) return undefined;
  return `${shown} is too long: a name has at most ${LONGEST_PART} bytes, and a path ${LONGEST_PATH}. Shorten it`;
}

/** Any other link is looked at when all of the tree is known. */
function problemOfTarget(path: string, target: string): string | undefined {
  const link = `${shownMember(path)} is a symbolic link`;
  if (target.startsWith('/')) {
    return (
      `${link} to the absolute path ${shownMember(target)}, which is something else on every host. Make it relative, ` +
      'or leave it out of the archive'
    );
  }
  if (WINDOWS_ROOT.test(target)) return `${link} to a path of Windows (${shownMember(target)}). Leave it out`;
  return climbs(posix.join(posix.dirname(path), target.replaceAll('\\', '/')))
    ? `${link} that leads out of it (${shownMember(target)}). Leave it out of the archive`
    : undefined;
}

/** The library would take it away. */
const WINDOWS_ROOT = /^(?:[a-z]:)?[/\\]/i;

/** As the library reads it, for which a backslash parts names too. */
const partsOf = (path: string): readonly string[] => path.split(/[/\\]/);
const climbs = (path: string): boolean => partsOf(posix.normalize(path))[0] === '..';

const sparse = (file: string): string => `${file} is packed as a sparse file. Make the archive without --sparse of tar`;

/** `text`: what stands before an entry about it. The library drops what it does not know of that. */
export const problemOfMeta = (text: string): string | undefined =>
  SPARSE_RECORD.test(text) ? sparse('a file in it') : undefined;

/** The library passes over these without asking, and a release would lack them. */
export function problemOfIgnored({ type, path, meta, size }: ReadEntry): string | undefined {
  if (type === LABEL) return undefined;
  if (type === 'SparseFile') return sparse(shownMember(path));
  if (meta) return `it has ${spokenSize(size)} about one entry, and ${spokenSize(MOST_META_BYTES)} are read`;
  return `${shownMember(path)} is neither file, folder nor symbolic link`;
}
