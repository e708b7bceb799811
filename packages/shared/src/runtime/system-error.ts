/** What an error of the operating system means, and what to do about it. Loads next to nothing. */
import { asSentence } from '../domain/sentence.js';
import { messageOf } from './errors.js';

const MEANINGS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EMFILE: [
    'this process is out of file descriptors',
    'Allow it more: LimitNOFILE= in its unit, or `ulimit -n` before it is started.',
  ],
  ENFILE: [
    'this machine is out of file descriptors',
    'Allow it more with `sysctl fs.file-max`, or end what holds so many.',
  ],
  ENOSPC: ['no space is left there', 'Make room, or choose another place in the settings.'],
  EDQUOT: ['the quota of this user is used up there', 'Make room, or choose another place in the settings.'],
  EROFS: ['the file system is read-only', 'Mount it for writing, or choose another place in the settings.'],
  EACCES: ['this user may not', 'Give it the right to, or choose another place in the settings.'],
  EPERM: ['this user may not', 'Give it the right to, or choose another place in the settings.'],
};

/** `no space is left there (ENOSPC). Make room, ...`; undefined where it is no error that a person can mend so. */
export function meaningOfSystemError(error: unknown): string | undefined {
  const { code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const [meaning, remedy] = (Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined) ?? [];
  return meaning === undefined ? undefined : `${meaning} (${code}). ${remedy ?? ''}`;
}

/** What any error says after a colon, with its full stop. */
export const reasonOf = (error: unknown): string => meaningOfSystemError(error) ?? asSentence(messageOf(error));

/** The same as a whole sentence, with what was tried and where. */
export function sentenceOfSystemError(error: unknown): string | undefined {
  const meaning = meaningOfSystemError(error);
  if (meaning === undefined) return undefined;
  const { path, syscall } = error as NodeJS.ErrnoException;
  if (path === undefined) return `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}`;
  return `Cannot ${syscall ?? 'use'} ${path}: ${meaning}`;
}
