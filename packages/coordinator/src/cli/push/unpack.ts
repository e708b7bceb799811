/**
 * Unpacks an archive into a folder of ours. Nothing in it reaches outside: what climbs out, is no file, folder or symbolic
 * link, or would fill the disk ends all of it, with a sentence.
 */
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { roomIn } from '@outrider/shared/release/store/disk.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReadEntry } from 'tar';

const MOST_ENTRIES = 1_000_000;
/** Never taken from the disk that it is unpacked on. */
const RESERVE_BYTES = 256 * 1024 * 1024;
/** What compresses better than that was made to fill a disk. */
const MOST_RATIO = 1_000;

const FILES: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const TAKEN: ReadonlySet<string> = new Set([...FILES, 'Directory', 'GNUDumpDir', 'SymbolicLink']);

/** What only names the archive; it says nothing of what is in it. */
const LABEL = 'TapeVolumeHeader';
const MOST_META_BYTES = 1024 * 1024;
/** What GNU tar says of a file of which it packs only what is not empty, in the form of POSIX. */
const SPARSE_RECORD = /^\d+ GNU\.sparse\./m;

/** `name`: of the archive, for people. @throws OutriderError('invalid') */
export async function unpack(archive: Readable, name: string, folder: string): Promise<void> {
  const { extract } = await import('tar');
  const room = (await roomIn(folder)).bytes - RESERVE_BYTES;
  const seen = { entries: 0, bytes: 0 };
  let problem: string | undefined;
  const goesOn = (found: string | undefined): boolean => {
    problem ??= found;
    if (problem !== undefined) archive.destroy(new Error(problem));
    return problem === undefined;
  };
  const unpacking = extract({
    cwd: folder,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    maxDecompressionRatio: MOST_RATIO,
    maxMetaEntrySize: MOST_META_BYTES,
    filter: (path, entry) => goesOn(problem ?? problemOf(path, entry as ReadEntry, seen, room)),
  });
  unpacking.on('meta', (text: string) => goesOn(problemOfMeta(text)));
  unpacking.on('ignoredEntry', (entry: ReadEntry) => goesOn(problemOfIgnored(entry)));
  try {
    await pipeline(archive, unpacking);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot unpack ${name}: ${problem ?? wordsOf(error)}.`, { cause: error });
  }
  if (problem !== undefined) throw new OutriderError('invalid', `Cannot unpack ${name}: ${problem}.`);
  if (seen.entries === 0) throw new OutriderError('invalid', `Cannot unpack ${name}: there is nothing in it.`);
}

/** Counts it too. */
function problemOf(
  path: string,
  entry: ReadEntry,
  seen: { entries: number; bytes: number },
  room: number,
): string | undefined {
  const shown = shownOf(path);
  if (path.startsWith('/') || path.split('/').includes('..')) {
    return `it has the path ${shown}, which leads out of it`;
  }
  if (entry.type === 'Link') {
    return `${shown} is a hard link. Make the archive with the option --hard-dereference of tar`;
  }
  if (!TAKEN.has(entry.type)) return `${shown} is neither file, folder nor symbolic link`;
  // A release knows of one bit alone, and we must be able to read it.
  entry.mode = FILES.has(entry.type) && ((entry.mode ?? 0) & 0o100) === 0 ? 0o644 : 0o755;
  seen.entries += 1;
  seen.bytes += entry.size;
  if (seen.entries > MOST_ENTRIES) return `it has more than ${MOST_ENTRIES} entries`;
  if (seen.bytes <= room) return undefined;
  const left = spokenSize(Math.max(0, room));
  return `it has ${spokenSize(seen.bytes)} or more, and ${left} can be taken here. TMPDIR names another place`;
}

const shownOf = (path: string): string => JSON.stringify(path.slice(0, 200));

const sparse = (file: string): string => `${file} is packed as a sparse file. Make the archive without --sparse of tar`;

/** `text`: what stands before an entry about it. The library drops what it does not know of that. */
const problemOfMeta = (text: string): string | undefined =>
  SPARSE_RECORD.test(text) ? sparse('a file in it') : undefined;

/** The library passes over these without asking, and a release would lack them. */
function problemOfIgnored({ type, path, meta, size }: ReadEntry): string | undefined {
  if (type === LABEL) return undefined;
  if (type === 'SparseFile') return sparse(shownOf(path));
  if (meta) return `it has ${spokenSize(size)} about one entry, and ${spokenSize(MOST_META_BYTES)} are read`;
  return `${shownOf(path)} is neither file, folder nor symbolic link`;
}

function wordsOf(error: unknown): string {
  const said = messageOf(error).replace(/\.$/, '');
  if (/unrecognized archive format|TAR_BAD_ARCHIVE/i.test(said)) {
    return 'it is no tar archive, plain or compressed with gzip (xz: xz -dc FILE | coordinator release push - ...)';
  }
  if (/decompression ratio/i.test(said)) return `its contents are more than ${MOST_RATIO} times as large as it is`;
  return said;
}
