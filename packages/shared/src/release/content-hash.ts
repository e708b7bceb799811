/** Owns how the content of one file becomes its sha256. Synchronous: a file at a time is several times faster so. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 512 * 1024;
let buffer: Buffer | undefined;

/** Of what is read, as it is read. `progress` is told of bytes. Throws as the file system does. */
export function hashContent(
  path: string,
  progress: (bytes: number) => void,
): { readonly sha256: string; readonly size: number } {
  buffer ??= Buffer.allocUnsafe(READ_BYTES);
  const fd = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    let size = 0;
    for (let read = readSync(fd, buffer); read > 0; read = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, read));
      size += read;
      progress(read);
    }
    return { sha256: hash.digest('hex'), size };
  } finally {
    closeSync(fd);
  }
}
