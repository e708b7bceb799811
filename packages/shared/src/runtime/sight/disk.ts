/** Looks at the room of the file system that a folder is on. */
import { statfs } from 'node:fs/promises';
import type { DiskSight } from '../../domain/diagnosis.js';

/** Rejects with the error of the system where the folder can't be looked at. */
export async function seeDisk(path: string, reserveBytes: number): Promise<DiskSight> {
  const { bavail, bsize, blocks, files, ffree } = await statfs(path);
  return {
    ...{ path, freeBytes: bavail * bsize, totalBytes: blocks * bsize, reserveBytes },
    // Some make as many inodes as they need, and count none.
    ...(files === 0 ? {} : { freeInodes: ffree }),
  };
}
