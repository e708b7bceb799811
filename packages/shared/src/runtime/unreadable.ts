/** Why a file or folder could not be read, in words that go on after "Cannot read PLACE: ". Loads next to nothing. */
import { meaningOfSystemError } from './system-error.js';

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there any more (ENOENT)',
  EACCES: 'this user may not read it. Give it the right to',
  EPERM: 'this user may not read it. Give it the right to',
  EISDIR: 'it is a folder, and must be a file',
  ENOTDIR: 'what it is said to lie in is no folder',
  ENAMETOOLONG: 'its path is longer than this system can have one. Shorten it',
  ELOOP: 'symbolic links lead round in a circle there. Take one of them away',
  EIO: 'the disk cannot read it. Look at its health, or take the file from elsewhere',
};

/** Without a full stop, and never with words of a library. */
export function whyUnreadable(error: unknown, others: Readonly<Record<string, string>> = {}): string {
  const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  for (const table of [others, WHY]) if (Object.hasOwn(table, code)) return table[code] ?? '';
  const meaning = meaningOfSystemError(error)?.replace(/\.$/, '');
  return meaning ?? `the system refuses it${code === '' ? '' : ` (${code})`}. Try again`;
}
