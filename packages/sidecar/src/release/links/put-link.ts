/** Puts a symbolic link into a tree, over whatever stands in its place, and says whether it is there. */
import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, mkdir, rename, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '@outrider/shared/runtime/durable-file.js';

export function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** `spare`: where a folder or file that stands in its place is moved; absent: it is removed. */
export async function putLink(path: string, target: string, spare?: string): Promise<void> {
  if (targetOf(path) === target) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await makeRoom(path, spare);
  const temporary = join(dirname(path), `.link-${randomUUID()}`);
  try {
    await symlink(target, temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** A link is replaced by the rename; an empty folder is nothing to keep. */
async function makeRoom(path: string, spare: string | undefined): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return;
  if (spare === undefined) {
    await rm(path, { recursive: true, force: true });
    return;
  }
  if (found.isDirectory()) {
    const isGone = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (isGone) return;
  }
  await mkdir(dirname(spare), { recursive: true, mode: 0o700 });
  await rename(path, spare);
}
