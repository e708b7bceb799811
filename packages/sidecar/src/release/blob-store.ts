/**
 * Owns data_dir/blobs: contents by their sha256, whole or absent. Nothing is ever executed or linked from here:
 * trees are copies, so whatever an agent does to its tree, what we mend it from stays as it was.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { diskProblem } from './disk.js';

const READ_BYTES = 256 * 1024;

export class BlobStore {
  constructor(
    private readonly folder: string,
    private readonly incoming: string,
  ) {}

  path(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), sha256);
  }

  /** Whether there is one of this size; its content is looked at when it is used. */
  async has(sha256: string, size: number): Promise<boolean> {
    try {
      return (await stat(this.path(sha256))).size === size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw diskProblem(error, this.path(sha256));
    }
  }

  /** Reads all of it. False: it is missing or damaged. */
  async isWhole(sha256: string): Promise<boolean> {
    try {
      return (await hashOf(this.path(sha256))) === sha256;
    } catch {
      return false;
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.path(sha256), { force: true });
  }

  async begin(sha256: string, size: number): Promise<IncomingBlob> {
    const path = join(this.incoming, randomUUID());
    try {
      return new IncomingBlob(sha256, size, path, this.path(sha256), await open(path, 'wx', 0o600));
    } catch (error) {
      throw diskProblem(error, path);
    }
  }

  /** Makes the names of these blobs durable; their content is already. */
  syncNames(sha256s: Iterable<string>): void {
    const folders = new Set([...sha256s].map((sha256) => dirname(this.path(sha256))));
    for (const folder of folders) syncFolder(folder);
    syncFolder(this.folder);
  }
}

/** A blob on its way in, hashed while it is written. */
export class IncomingBlob {
  private readonly hash = createHash('sha256');
  private written = 0;

  constructor(
    readonly sha256: string,
    private readonly size: number,
    private readonly path: string,
    private readonly target: string,
    private readonly file: FileHandle,
  ) {}

  /** @throws OutriderError('invalid') where more comes than the manifest says: it must not fill the disk. */
  async write(data: Uint8Array): Promise<void> {
    this.written += data.length;
    if (this.written > this.size) {
      throw new OutriderError('invalid', `The content sent as ${this.sha256} is longer than ${this.size} bytes.`);
    }
    this.hash.update(data);
    try {
      await this.file.writeFile(data);
    } catch (error) {
      throw diskProblem(error, this.target);
    }
  }

  /** Whole and durable, or not there. @throws OutriderError('invalid') where the content is another. */
  async finish(): Promise<void> {
    const found = this.hash.digest('hex');
    if (found !== this.sha256) {
      await this.discard();
      throw new OutriderError('invalid', `The content sent as ${this.sha256} has the sha256 ${found}.`);
    }
    try {
      await this.file.sync();
      await this.file.close();
      await mkdir(dirname(this.target), { recursive: true, mode: 0o700 });
      await rename(this.path, this.target);
    } catch (error) {
      await this.discard();
      throw diskProblem(error, this.target);
    }
  }

  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

/** sha256 of a file's content. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
