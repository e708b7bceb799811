import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
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

/** A content that is on the disk already, beside the file that it is meant for. */
export interface BegunWrite {
  /** The file has it, durably. */
  finish(): void;
  /** As if it had never been begun. */
  drop(): void;
}

/**
 * The first half of `writeDurably`, which fails where the disk takes no more: for whoever has to tell others in between.
 * Any number may be under way, of one file too.
 */
export function beginDurably(path: string, content: string | Uint8Array, mode = 0o600): BegunWrite {
  const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
  write(temporary, content, mode, true);
  return {
    finish: () => {
      renameSync(temporary, path);
      syncFolder(dirname(path));
    },
    drop: () => rmSync(temporary, { force: true }),
  };
}

function replace(path: string, content: string | Uint8Array, mode: number, sync: boolean): void {
  const temporary = `${path}.${process.pid}.tmp`;
  write(temporary, content, mode, sync);
  renameSync(temporary, path);
  if (sync) syncFolder(dirname(path));
}

function write(temporary: string, content: string | Uint8Array, mode: number, sync: boolean): void {
  let fd: number;
  try {
    fd = openSync(temporary, 'w', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(temporary), { recursive: true, mode: 0o700 });
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
