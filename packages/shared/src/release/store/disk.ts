/** What the disk has left, and what its refusals are called. */
import { statfs } from 'node:fs/promises';
import { spokenSize } from '../../domain/size.js';
import { messageOf, OutriderError } from '../../runtime/errors.js';

/** The disk here refused; no other source of a blob would help. */
export class DiskProblem extends OutriderError {}

/** What the file system of a folder still takes from anybody. */
export async function roomIn(folder: string): Promise<Room> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  // Some make as many inodes as they need, and count none.
  return { bytes: bavail * bsize, inodes: files === 0 ? Infinity : ffree };
}

export interface Room {
  readonly bytes: number;
  readonly inodes: number;
}

export interface Space {
  /** What would be added. */
  readonly need: Room;
  readonly free: Room;
  /** Bytes that are never taken. */
  readonly reserve: number;
}

/** A sentence; undefined: there is room. */
export function problemOfSpace(folder: string, { need, free, reserve }: Space): string | undefined {
  const remedy = 'Free some space and try again.';
  if (need.bytes > 0 && free.bytes < need.bytes + reserve) {
    return (
      `Not enough space in ${folder}: this release needs ${spokenSize(need.bytes)}, ${spokenSize(free.bytes)} are free and ` +
      `${spokenSize(reserve)} of that are kept in reserve. ${remedy}`
    );
  }
  if (need.inodes <= free.inodes) return undefined;
  return `Not enough inodes in ${folder}: this release needs ${need.inodes}, and ${free.inodes} are free. ${remedy}`;
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
