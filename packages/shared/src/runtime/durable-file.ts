import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file so that after a crash at any moment it holds either the old or the new content, and
 * once this has returned, the new one: temporary file, fsync, rename, fsync of the folder.
 */
export function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): void {
  replace(path, content, mode, true);
}

/** The same without fsync, for files on tmpfs or that need not outlive a power cut: whole or not at all. */
export function writeAtomically(path: string, content: string | Uint8Array, mode = 0o600): void {
  replace(path, content, mode, false);
}

function replace(path: string, content: string | Uint8Array, mode: number, sync: boolean): void {
  const folder = dirname(path);
  const temporary = `${path}.${process.pid}.tmp`;
  let fd: number;
  try {
    fd = openSync(temporary, 'w', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    fd = openSync(temporary, 'w', mode);
  }
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    if (sync) fsyncSync(fd);
  } catch (error) {
    closeSync(fd);
    unlinkSync(temporary);
    throw error;
  }
  closeSync(fd);
  renameSync(temporary, path);
  if (sync) syncFolder(folder);
}

/** Makes the names in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
