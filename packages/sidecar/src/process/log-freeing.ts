/**
 * Gives the head of a log back to the file system while its agent writes on: taken out where the file system can do
 * that, else as a hole. Also ends what a sidecar that was killed had begun. Loses nothing by itself: callers have
 * copied the head, or mean to drop it.
 */
import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';
import { collapseHead, punchHead } from './libc/files.js';
import { SystemCallError } from './libc/library.js';
import type { FreeIntent, LogExtent } from './log-extent.js';

export type FreeHow = 'collapse' | 'punch';

const LEAST_BLOCK_BYTES = 4_096;
/** What a file system says that can't do this, or not by such blocks; or that a file is not to be cut. */
const CANNOT: ReadonlySet<string> = new Set(['EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOSYS', 'EPERM', 'EACCES']);

/** Positions at which heads may end. */
export const blockBytes = (fd: number): number => Math.max(LEAST_BLOCK_BYTES, fstatSync(fd).blksize);

/** Nothing can be freed of this log, now or later. */
export class CannotFreeError extends Error {
  override readonly name = 'CannotFreeError';
}

/** Frees everything before position `end` (whole blocks, less than the file). @throws CannotFreeError, SystemCallError */
export function freeHead(fd: number, extent: LogExtent, end: number, how: FreeHow): Promise<void> {
  return extent.gate.freeing(async () => {
    const torn = byteAt(fd, end - 1) !== NEWLINE;
    if (how === 'collapse') {
      try {
        await extent.collapse(end, fstatSync(fd).size, torn, () => collapseHead(fd, end));
        return;
      } catch (error) {
        if (!(error instanceof SystemCallError) || !CANNOT.has(error.code)) throw error;
      }
    }
    try {
      await punchHead(fd, end);
    } catch (error) {
      if (!(error instanceof SystemCallError) || !CANNOT.has(error.code)) throw error;
      const why = `its head can neither be taken out nor be made a hole here (${error.code}); it is kept whole`;
      throw new CannotFreeError(why, { cause: error });
    }
    extent.punched(end, torn);
  });
}

const NEWLINE = 10;

function byteAt(fd: number, position: number): number | undefined {
  const one = Buffer.alloc(1);
  return readSync(fd, one, 0, 1, position) === 1 ? one[0] : undefined;
}

/** To be kept while the head may be in an archive and in the log. */
export const intentOf = (fd: number, bytes: number, archive: number): FreeIntent => ({
  ...{ archive, bytes, size: fstatSync(fd).size },
  ...{ head: digestAt(fd, 0), next: digestAt(fd, bytes) },
});

/** Whether the head is still there, after a sidecar was killed that meant to free it. */
export function stateOf(fd: number, extent: LogExtent, intent: FreeIntent): 'there' | 'freed' | 'unknown' {
  const { bytes, size, head, next } = intent;
  if (extent.start > 0) return extent.start < bytes ? 'there' : 'freed';
  if (fstatSync(fd).size < size) return 'freed';
  if (head === next) return 'unknown';
  return digestAt(fd, 0) === head ? 'there' : 'freed';
}

function digestAt(fd: number, position: number): string {
  const block = Buffer.alloc(LEAST_BLOCK_BYTES);
  return createHash('sha256')
    .update(block.subarray(0, readSync(fd, block, 0, LEAST_BLOCK_BYTES, position)))
    .digest('hex');
}
