/** Files beyond what Node knows: giving room in their midst back to the file system, and where their data begins. */
import { checked, failure, libcCall, libcCallAside } from './library.js';

const fallocate = libcCallAside('fallocate', 'int fallocate(int fd, int mode, int64_t offset, int64_t length)');
const lseek = libcCall('int64_t lseek(int fd, int64_t offset, int whence)');

const FALLOC_FL_KEEP_SIZE = 0x01;
const FALLOC_FL_PUNCH_HOLE = 0x02;
const FALLOC_FL_COLLAPSE_RANGE = 0x08;
const SEEK_SET = 0;
const SEEK_DATA = 3;

/**
 * Takes the first `bytes` (whole blocks, less than there are) out of a file: what comes after them moves to its
 * beginning, for writers in append mode without a seam. The kernel may write to the disk first, so it is done aside.
 * @throws SystemCallError
 */
export async function collapseHead(fd: number, bytes: number): Promise<void> {
  await fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, bytes);
}

/** Gives the room of the first `bytes` back and moves nothing: they are read as zeros from then on. @throws SystemCallError */
export async function punchHead(fd: number, bytes: number): Promise<void> {
  await fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, bytes);
}

/** Where the first byte that is no hole stands; undefined where there is none. @throws SystemCallError */
export function firstData(fd: number): number | undefined {
  const found = lseek(fd, 0, SEEK_DATA);
  if (found >= 0) return found;
  const error = failure('lseek');
  if (error.code === 'ENXIO') return undefined;
  throw error;
}

/** From where the next one who reads this descriptor without a place of its own goes on. @throws SystemCallError */
export function seek(fd: number, position: number): void {
  checked('lseek', lseek(fd, position, SEEK_SET));
}
