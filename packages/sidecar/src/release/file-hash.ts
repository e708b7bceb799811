/** The sha256 of a file, read as quickly as that goes. */
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Turns } from './turns.js';

/** What would wait for a writer is opened at once, and a link leads nowhere. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const PIECE_BYTES = 1024 * 1024;
/** One for all: between a read and its hashing nobody else has a turn. */
let piece: Buffer | undefined;

/** Undefined: there is no such file. */
export async function hashOfFile(path: string, turns: Turns): Promise<string | undefined> {
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
  piece ??= Buffer.allocUnsafeSlow(PIECE_BYTES);
  try {
    const hash = createHash('sha256');
    for (;;) {
      const bytes = readSync(fd, piece, 0, PIECE_BYTES, null);
      if (bytes === 0) return hash.digest('hex');
      hash.update(bytes === PIECE_BYTES ? piece : piece.subarray(0, bytes));
      await turns.pause();
    }
  } finally {
    closeSync(fd);
  }
}
