/** What the disk has left, and what its refusals are called. */
import { statfs } from 'node:fs/promises';
import { spokenSize } from '../../domain/size.js';
import { messageOf, OutriderError } from '../../runtime/errors.js';

/** The disk here refused; no other source of a blob would help. */
export class DiskProblem extends OutriderError {}

/** What the file system of a folder still takes from anybody, in bytes. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** @throws DiskProblem where `bytes` would leave less than `reserve` free. */
export async function ensureSpace(folder: string, bytes: number, reserve: number): Promise<void> {
  const problem = problemOfSpace(folder, { bytes, free: await freeBytes(folder), reserve });
  if (problem !== undefined) throw new DiskProblem('refused', problem);
}

export interface Space {
  /** What would be added. */
  readonly bytes: number;
  readonly free: number;
  /** What is never taken. */
  readonly reserve: number;
}

/** A sentence; undefined: there is room. */
export function problemOfSpace(folder: string, { bytes, free, reserve }: Space): string | undefined {
  if (bytes === 0 || free >= bytes + reserve) return undefined;
  return (
    `Not enough space in ${folder}: this release needs ${spokenSize(bytes)}, ${spokenSize(free)} are free and ${spokenSize(reserve)} ` +
    'of that are kept in reserve. Free some space and try again.'
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
