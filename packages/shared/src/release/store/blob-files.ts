/** Reads a folder of contents by their sha256 and changes nothing in it: there may be many of these beside the one store. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { diskProblem } from './disk.js';

const PIECE_BYTES = 256 * 1024;

export class BlobFiles {
  constructor(protected readonly folder: string) {}

  /** `sha256` is a digest. */
  path(sha256: string): string {
    return blobPath(this.folder, sha256);
  }

  /** Bytes of a blob; undefined: it is not stored. Its content is looked at when it is used. */
  async size(sha256: string): Promise<number | undefined> {
    return (await this.found(sha256))?.size;
  }

  async has(sha256: string, size: number): Promise<boolean> {
    return (await this.size(sha256)) === size;
  }

  /** Reads all of it. False: it is missing or damaged. */
  async isWhole(sha256: string): Promise<boolean> {
    return (await hashOf(this.path(sha256)).catch(() => undefined)) === sha256;
  }

  protected async found(sha256: string): Promise<Stats | undefined> {
    try {
      return await stat(this.path(sha256));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw diskProblem(error, this.path(sha256));
    }
  }
}

/** Where a store of this folder has a content. */
export const blobPath = (folder: string, sha256: string): string => `${folder}/${sha256.slice(0, 2)}/${sha256}`;

/** sha256 of a file's content. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
