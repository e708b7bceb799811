/**
 * Owns data_dir/blobs: contents by their sha256, whole or absent. A blob is hashed while it is written and
 * again while it is read; nothing here knows what a release is.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDigest } from '@outrider/shared/domain/name.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';

/** One message of a stream of blobs: `sha256` in the first of each blob, `last` in its last. */
export interface BlobPiece {
  readonly sha256: string;
  readonly data: Uint8Array;
  readonly last: boolean;
}

const PIECE_BYTES = 256 * 1024;
/** Blobs being made durable while the next ones come in. */
const SYNCING_AT_ONCE = 8;

export class BlobStore {
  private readonly incoming: string;

  constructor(private readonly folder: string) {
    this.incoming = join(folder, 'incoming');
    rmSync(this.incoming, { recursive: true, force: true });
    mkdirSync(this.incoming, { recursive: true, mode: 0o700 });
  }

  path(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), sha256);
  }

  /** Bytes of a blob; undefined: it is not stored. */
  async size(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.path(sha256))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async missing(wanted: readonly string[]): Promise<string[]> {
    const result: string[] = [];
    for (const sha256 of new Set(wanted)) if ((await this.size(checked(sha256))) === undefined) result.push(sha256);
    return result;
  }

  /** Stores one content that is at hand; what stands there and is damaged is replaced. */
  async put(sha256: string, content: Uint8Array): Promise<void> {
    const isWhole = (await this.size(sha256)) !== undefined && (await readFile(this.path(sha256))).equals(content);
    if (!isWhole) await this.putAll([{ sha256, data: content, last: true }]);
  }

  /** Stores a stream of blobs; returns how many. Whatever was whole before an error stays. */
  async putAll(pieces: AsyncIterable<BlobPiece> | Iterable<BlobPiece>): Promise<number> {
    const finishing = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const folders = new Set([this.folder]);
    let writing: Incoming | undefined;
    let stored = 0;
    try {
      for await (const piece of pieces) {
        writing ??= await Incoming.begin(this.incoming, checked(piece.sha256));
        if (piece.sha256 !== '' && piece.sha256 !== writing.sha256) {
          throw new OutriderError('invalid', `The blob ${piece.sha256} begins before ${writing.sha256} has ended.`);
        }
        await writing.write(piece.data);
        if (!piece.last) continue;
        const done = writing;
        writing = undefined;
        const target = this.path(done.sha256);
        folders.add(dirname(target));
        const finish = done
          .finish(target)
          .then(
            () => (stored += 1),
            (error: unknown) => failures.push(error),
          )
          .then(() => void finishing.delete(finish));
        finishing.add(finish);
        if (finishing.size >= SYNCING_AT_ONCE) await Promise.race(finishing);
        if (failures.length > 0) throw failures[0];
      }
      if (writing !== undefined) throw new OutriderError('invalid', `The blob ${writing.sha256} came without its end.`);
      await Promise.all(finishing);
      if (failures.length > 0) throw failures[0];
      await Promise.all([...folders].map(syncNames));
      return stored;
    } catch (error) {
      await writing?.discard();
      await Promise.allSettled(finishing);
      await Promise.allSettled([...folders].map(syncNames));
      throw storageError(error, this.folder);
    }
  }

  /**
   * The content in pieces. A blob that turns out to be damaged is taken out, so that the next push brings it
   * again, and the read ends with an error.
   */
  async *read(sha256: string): AsyncGenerator<BlobPiece> {
    const size = await this.size(checked(sha256));
    if (size === undefined) throw new OutriderError('not_found', `The blob ${sha256} is not stored here.`);
    const hash = createHash('sha256');
    let previous: Uint8Array = new Uint8Array();
    let first = true;
    for await (const chunk of createReadStream(this.path(sha256), { highWaterMark: PIECE_BYTES })) {
      hash.update(chunk as Buffer);
      if (previous.length > 0) {
        yield { sha256: first ? sha256 : '', data: previous, last: false };
        first = false;
      }
      previous = chunk as Buffer;
    }
    if (hash.digest('hex') !== sha256) {
      await rm(this.path(sha256), { force: true });
      throw new OutriderError(
        'internal',
        `The blob ${sha256} was damaged on the coordinator's disk. Push its release again.`,
      );
    }
    yield { sha256: first ? sha256 : '', data: previous, last: true };
  }

  async readWhole(sha256: string): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.read(sha256)) pieces.push(piece.data);
    return Buffer.concat(pieces);
  }
}

/** A blob on its way in: a temporary file and the hash so far. */
class Incoming {
  private readonly hash = createHash('sha256');

  private constructor(
    readonly sha256: string,
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async begin(folder: string, sha256: string): Promise<Incoming> {
    const path = join(folder, randomUUID());
    return new Incoming(sha256, path, await open(path, 'wx', 0o600));
  }

  async write(data: Uint8Array): Promise<void> {
    this.hash.update(data);
    await this.file.writeFile(data);
  }

  async finish(target: string): Promise<void> {
    const found = this.hash.digest('hex');
    if (found !== this.sha256) {
      await this.discard();
      throw new OutriderError('invalid', `The content sent as ${this.sha256} has the sha256 ${found}.`);
    }
    await this.file.sync();
    await this.file.close();
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(this.path, target);
  }

  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}

/** Makes the names in a folder durable. */
async function syncNames(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function checked(sha256: string): string {
  if (isDigest(sha256)) return sha256;
  throw new OutriderError(
    'invalid',
    `sha256: ${JSON.stringify(sha256.slice(0, 80))} is no digest; 64 hexadecimal digits are expected.`,
  );
}

function storageError(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || error instanceof OutriderError || !/^E[A-Z]+$/.test(code)) return error;
  return new OutriderError('internal', `Cannot store in ${folder}: ${messageOf(error)}.`, { cause: error });
}
