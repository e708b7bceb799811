/** Contents on their way into a store: hashed while they are written, and in their place once they are whole. */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OutriderError } from '../../runtime/errors.js';
import { diskProblem } from './disk.js';

export interface BlobPlace {
  readonly sha256: string;
  /** More is refused: it must not fill the disk. */
  readonly size: number;
  /** Folder of what is half written. */
  readonly incoming: string;
  readonly target: string;
  /** Told when it stands in its place, not durable yet. */
  readonly arrived: () => void;
}

/** One that comes in several pieces. */
export class IncomingBlob {
  private readonly hash = createHash('sha256');
  private written = 0;

  private constructor(
    private readonly place: BlobPlace,
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async begin(place: BlobPlace): Promise<IncomingBlob> {
    const path = join(place.incoming, randomUUID());
    try {
      return new IncomingBlob(place, path, await open(path, 'wx', 0o600));
    } catch (error) {
      throw diskProblem(error, path);
    }
  }

  get sha256(): string {
    return this.place.sha256;
  }

  /** @throws OutriderError('invalid') where more comes than was announced. */
  async write(data: Uint8Array): Promise<void> {
    this.written += data.length;
    ensureNotLonger(this.place, this.written);
    this.hash.update(data);
    try {
      await this.file.writeFile(data);
    } catch (error) {
      throw diskProblem(error, this.place.target);
    }
  }

  /** In its place, or not there. @throws OutriderError('invalid') where the content is another. */
  async finish(): Promise<void> {
    try {
      ensureSame(this.place, this.hash.digest('hex'));
      await this.file.close();
      moveIn(this.path, this.place);
    } catch (error) {
      await this.discard();
      throw diskProblem(error, this.place.target);
    }
  }

  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

/** One that is at hand. At once: for thousands of small ones, turns of the event loop would take longer than the disk. */
export function storeWhole(place: BlobPlace, data: Uint8Array): void {
  ensureNotLonger(place, data.length);
  ensureSame(place, createHash('sha256').update(data).digest('hex'));
  const path = join(place.incoming, randomUUID());
  try {
    const fd = openSync(path, 'wx', 0o600);
    try {
      for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(fd);
    }
    moveIn(path, place);
  } catch (error) {
    throw diskProblem(error, place.target);
  }
}

function moveIn(path: string, { target, arrived }: BlobPlace): void {
  arrived();
  try {
    renameSync(path, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    renameSync(path, target);
  }
}

function ensureNotLonger({ sha256, size }: BlobPlace, written: number): void {
  if (written > size) throw new OutriderError('invalid', `The content sent as ${sha256} is longer than ${size} bytes.`);
}

function ensureSame({ sha256 }: BlobPlace, found: string): void {
  if (found !== sha256) throw new OutriderError('invalid', `The content sent as ${sha256} has the sha256 ${found}.`);
}
