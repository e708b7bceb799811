/** Why an archive could not be unpacked, where that shows on the way, as the end of a sentence about the archive. */
import { tmpdir } from 'node:os';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { whyUnreadable } from '@outrider/shared/runtime/unreadable.js';
import type { ReadEntry } from 'tar';
import { shownMember } from './member-problems.js';

/** What compresses better than that was made to fill a disk. */
export const MOST_RATIO = 1_000;

const NO_ARCHIVE =
  'it is no tar archive, plain or compressed with gzip (xz: xz -dc FILE | coordinator release push - ...; zstd: the ' +
  'same with zstd -dc; zip: unzip it, and push the folder)';
const CUT_OFF = 'it ends too early. Fetch it or make it again';
const DAMAGED = 'it is damaged. Fetch it or make it again';

/** What the library says: `tarCode` is its own, `code` may be of the system. */
interface Failure extends NodeJS.ErrnoException {
  readonly tarCode?: string;
  readonly entry?: ReadEntry;
}

/** `hasBegun`: something of it was understood. */
export function wordsOfFailure(error: unknown, hasBegun: boolean): string {
  const failure = error as Failure;
  const { tarCode, code = '' } = failure;
  const said = messageOf(error);
  if (/decompression ratio/i.test(said)) return `its contents are more than ${MOST_RATIO} times as large as it is`;
  if (/unrecognized archive format/i.test(said)) return NO_ARCHIVE;
  if (code === 'Z_BUF_ERROR' || /truncated/i.test(said)) return CUT_OFF;
  switch (tarCode) {
    case undefined:
      // It could not even be read.
      return whyUnreadable(error);
    case 'TAR_ENTRY_ERROR':
    case 'TAR_ENTRY_INFO':
      return wordsOfMember(failure);
    default:
      return hasBegun || code.startsWith('Z_') ? DAMAGED : NO_ARCHIVE;
  }
}

const memberOf = ({ entry }: Failure): string => (entry === undefined ? 'a file in it' : shownMember(entry.path));

/** It could not be written. */
function wordsOfMember(failure: Failure): string {
  const member = memberOf(failure);
  const { code = '' } = failure;
  const place = shownName(tmpdir());
  switch (code) {
    case 'TAR_SYMLINK_ERROR':
      return `${member} lies below a symbolic link of it. Make it of a folder that has no such file`;
    case 'ENOTEMPTY':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return `${member} can't be there beside another of its entries, which has that name as another kind. Make it anew`;
    case 'ENAMETOOLONG':
      return `${member} has too long a path to be unpacked in ${place}. Shorten it, or name a shorter TMPDIR`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${place} is full. TMPDIR names another place`;
    default:
      return /^E[A-Z]+$/.test(code)
        ? `${member} can't be written in ${place} (${code}). TMPDIR names another place`
        : `${member} can't be unpacked. Give it another name, or leave it out`;
  }
}
