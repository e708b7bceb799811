/**
 * Unpacks an archive into a folder of ours. Nothing in it reaches outside: what climbs out, is no file, folder or symbolic
 * link, or would fill the disk ends all of it, with a sentence.
 */
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { roomIn } from '@outrider/shared/release/store/disk.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReadEntry } from 'tar';
import { isFile, MOST_META_BYTES, problemOfIgnored, problemOfMember, problemOfMeta } from './member-problems.js';
import { MOST_RATIO, wordsOfFailure } from './unpack-failures.js';

const MOST_ENTRIES = 1_000_000;
/** Never taken from the disk that it is unpacked on. */
const RESERVE_BYTES = 256 * 1024 * 1024;
const SETS_ID = 0o6000;

export interface Unpacked {
  /** Files that have a setuid or setgid bit there, by their paths; here they have none. */
  readonly setsId: ReadonlySet<string>;
}

interface Seen {
  entries: number;
  bytes: number;
  readonly setsId: Set<string>;
}

/** `name`: of the archive, for people. @throws OutriderError('invalid') */
export async function unpack(archive: Readable, name: string, folder: string): Promise<Unpacked> {
  const { extract } = await import('tar');
  const room = (await roomIn(folder)).bytes - RESERVE_BYTES;
  const seen: Seen = { entries: 0, bytes: 0, setsId: new Set() };
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
    // Where this Node has none of it, the library would throw where nobody catches.
    ...('ZstdDecompress' in zlib ? {} : { zstd: false }),
    filter: (path, entry) => goesOn(problem ?? problemOf(path, entry as ReadEntry, seen, room)),
  });
  unpacking.on('meta', (text: string) => goesOn(problemOfMeta(text)));
  unpacking.on('ignoredEntry', (entry: ReadEntry) => goesOn(problemOfIgnored(entry)));
  try {
    await pipeline(archive, unpacking);
  } catch (error) {
    throw new OutriderError(
      'invalid',
      `Cannot unpack ${name}: ${problem ?? wordsOfFailure(error, seen.entries > 0)}.`,
      { cause: error },
    );
  }
  if (problem !== undefined) throw new OutriderError('invalid', `Cannot unpack ${name}: ${problem}.`);
  if (seen.entries === 0) throw new OutriderError('invalid', `Cannot unpack ${name}: there is nothing in it.`);
  return { setsId: seen.setsId };
}

/** Counts it too. */
function problemOf(path: string, entry: ReadEntry, seen: Seen, room: number): string | undefined {
  const problem = problemOfMember(path, entry);
  if (problem !== undefined) return problem;
  takeMode(path, entry, seen.setsId);
  seen.entries += 1;
  seen.bytes += entry.size;
  if (seen.entries > MOST_ENTRIES) return `it has more than ${MOST_ENTRIES} entries`;
  if (seen.bytes <= room) return undefined;
  const left = spokenSize(Math.max(0, room));
  return `it has ${spokenSize(seen.bytes)} or more, and ${left} can be taken here. TMPDIR names another place`;
}

/** A release knows of one bit alone, and we must be able to read it. What gains rights is kept in mind, to be refused. */
function takeMode(path: string, entry: ReadEntry, setsId: Set<string>): void {
  const { mode = 0 } = entry;
  const where = posix.normalize(path);
  if (isFile(entry) && (mode & SETS_ID) !== 0) setsId.add(where);
  else setsId.delete(where);
  entry.mode = isFile(entry) && (mode & 0o100) === 0 ? 0o644 : 0o755;
}
