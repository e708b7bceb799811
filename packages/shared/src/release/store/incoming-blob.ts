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
  readonly arrived: (bytes: number) => void;
}

/** What came is not what was announced. */
export class WrongContent extends OutriderError {
  constructor(
    readonly sha256: string,
    found: string,
  ) {
    super('invalid', `The content sent as ${sha256} has the sha256 ${found}.`);
  }
}

/** Of most files of a release, which may become names of these. The store itself is closed to others. */
const MODE = 0o644;
const COPY_BYTES = 256 * 1024;

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
      return new IncomingBlob(place, path, await open(path, 'wx', MODE));
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
    try {
      // Hashed meanwhile.
      const written = this.file.writeFile(data);
      this.hash.update(data);
      await written;
    } catch (error) {
      throw diskProblem(error, this.place.target);
    }
  }

  /** So many bytes of another file, from there on. @throws OutriderError('invalid') where they are not there. */
  async copyFrom(path: string, offset: number, size: number): Promise<void> {
    ensureNotLonger(this.place, this.written + size);
    const source = await open(path, 'r').catch((error: unknown) => {
      throw diskProblem(error, path);
    });
    try {
      const buffer = Buffer.allocUnsafe(Math.min(size, COPY_BYTES));
      for (let done = 0; done < size;) {
        const wanted = Math.min(buffer.length, size - done);
        const { bytesRead } = await source.read(buffer, 0, wanted, offset + done);
        if (bytesRead === 0) throw new OutriderError('invalid', `${path} has no ${size} bytes from ${offset} on.`);
        await this.write(buffer.subarray(0, bytesRead));
        done += bytesRead;
      }
    } finally {
      await source.close();
    }
  }

  /** In its place, or not there. @throws WrongContent where the content is another. */
  async finish(): Promise<void> {
    try {
      ensureSame(this.place, this.hash.digest('hex'));
      await this.file.close();
      moveIn(this.path, this.place, this.written);
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
    const fd = openSync(path, 'wx', MODE);
    try {
      for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
    } catch (error) {
      unlinkSync(path);
      throw error;
    } finally {
      closeSync(fd);
    }
    moveIn(path, place, data.length);
  } catch (error) {
    throw diskProblem(error, place.target);
  }
}

function moveIn(path: string, { target, arrived }: BlobPlace, bytes: number): void {
  arrived(bytes);
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
  if (found !== sha256) throw new WrongContent(sha256, found);
}
