/** What the disk has left, and what its refusals are called. */
import { statfs } from 'node:fs/promises';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';

/** The disk here refused; no other source of a blob would help. */
export class DiskProblem extends OutriderError {}

/** @throws DiskProblem where `bytes` would leave less than `reserve` free. */
export async function ensureSpace(folder: string, bytes: number, reserve: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + reserve) return;
  throw new DiskProblem(
    'refused',
    `Not enough space in ${folder}: this release needs ${spell(bytes)}, ${spell(free)} are free and ${spell(reserve)} ` +
      'of that are kept in reserve. Free some space and try again.',
  );
}

/** An error of the file system as a sentence; anything else as it is. */
export function diskProblem(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof OutriderError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DiskProblem(
      'refused',
      `The disk is full: ${path} could not be written. Free some space and try again.`,
      {
        cause: error,
      },
    );
  }
  return new DiskProblem('unavailable', `Cannot use ${path}: ${messageOf(error)}.`, { cause: error });
}

function spell(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value * 10) / 10} ${units[unit] ?? ''}`;
}
