/**
 * Files that may be sockets or pipes, without leading Node's loader of modules astray. `statSync`, `lstatSync`,
 * `fstatSync` and `rmSync` leave what they saw in a buffer that the loader reads too: after a socket or a pipe it
 * follows no symbolic link, and the module loaded next is not found, or is there twice (nodejs/node#51142). As
 * bigint the figures are in another buffer, and `unlinkSync` looks at nothing.
 */
import { type BigIntStats, fstatSync, lstatSync, statSync, unlinkSync } from 'node:fs';

/** Of what is open as `fd`. */
export const statOfDescriptor = (fd: number): BigIntStats => fstatSync(fd, { bigint: true });

/** Of what a path leads to; undefined where nothing is there. */
export const statOfFile = (path: string): BigIntStats | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false });

export const isFile = (path: string): boolean => statOfFile(path)?.isFile() === true;

/** Of the very file, which may be a symbolic link; undefined where nothing is there. */
export const statOfEntry = (path: string): BigIntStats | undefined =>
  lstatSync(path, { bigint: true, throwIfNoEntry: false });

/** Removes what is no folder, if it is there. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
