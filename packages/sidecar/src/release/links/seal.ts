/**
 * Takes a folder that a program has made out of the hands of whoever made it: ours, writable for nobody else, without
 * setuid bits, durable. Outer before inner: in a folder that is ours nobody can put a link in the place of a file any more.
 */
import { chmod, lchown, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eachOf } from '@outrider/shared/runtime/each-of.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const AT_ONCE = 8;
/** Writing of others, and what gives the rights of the owner to whoever executes it. */
const TAKEN = 0o7022;

/** @throws OutriderError('invalid') where there is a device in it. */
export async function seal(folder: string): Promise<void> {
  await own(folder);
  const names = await readdir(folder, { withFileTypes: true });
  await eachOf(
    names.filter((entry) => !entry.isDirectory()),
    AT_ONCE,
    (entry) => own(join(folder, entry.name)),
  );
  for (const entry of names) if (entry.isDirectory()) await seal(join(folder, entry.name));
  await sync(folder);
}

async function own(path: string): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, 0, 0);
  const found = await lstat(path);
  if (found.isCharacterDevice() || found.isBlockDevice()) {
    throw new OutriderError('invalid', `${path} is a device, and a release has none.`);
  }
  if (!found.isFile() && !found.isDirectory()) return;
  await chmod(path, found.mode & 0o7777 & ~TAKEN);
  if (found.isFile()) await sync(path);
}

/** What its owner himself may not read is left to the file system. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  });
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
}
