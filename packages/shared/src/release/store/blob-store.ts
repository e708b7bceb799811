/**
 * Owns a folder of contents by their sha256, each whole or absent: the one way in and out of it. Nothing here knows what
 * a release is, and nothing is ever executed from here. One process writes in it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, type Stats, statSync, utimesSync } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDigest } from '../../domain/name.js';
import { OutriderError } from '../../runtime/errors.js';
import { BlobFiles } from './blob-files.js';
import { collectBlobs, type Collected } from './collection.js';
import { diskProblem } from './disk.js';
import { Holds } from './holds.js';
import { type BlobPlace, IncomingBlob, storeWhole } from './incoming-blob.js';
import { Unsynced } from './unsynced.js';

/** One message of a stream of blobs: `sha256` in the first of each blob, `last` in its last. */
export interface BlobPiece {
  readonly sha256: string;
  readonly data: Uint8Array;
  readonly last: boolean;
}

export interface CollectOptions {
  /** What is to stay. Asked for each content in the moment before it would go. */
  readonly isLive: (sha256: string) => boolean;
  /** Whatever came in, or was asked for, since then stays; epoch milliseconds. */
  readonly since: number;
  /** Changes nothing, and tells what would go. */
  readonly dryRun?: boolean;
}

const PIECE_BYTES = 256 * 1024;
const AT_ONCE = 500;
/** Being asked for is written down this often at most. */
const ASKED_EVERY_MS = 10 * 60_000;

export class BlobStore extends BlobFiles {
  private readonly unsynced: Unsynced;
  private readonly holds = new Holds();
  private removed = 0;

  /** `incoming`: for what is half written, on the same file system; emptied here. */
  constructor(
    folder: string,
    private readonly incoming = join(folder, 'incoming'),
  ) {
    super(folder);
    rmSync(incoming, { recursive: true, force: true });
    for (const one of [folder, incoming]) mkdirSync(one, { recursive: true, mode: 0o700 });
    this.unsynced = new Unsynced(folder);
  }

  /** Another number whenever something may have been removed: what was seen before may not be there any more. */
  get removals(): number {
    return this.removed;
  }

  /**
   * Those that are not stored. The others count as asked for now: see `CollectOptions.since`. `stored` is told of them,
   * with their bytes.
   */
  async missing(wanted: readonly string[], stored?: (sha256: string, size: number) => unknown): Promise<string[]> {
    const result: string[] = [];
    await this.lookAt(wanted, (sha256, found) => {
      if (found === undefined) {
        result.push(sha256);
        return;
      }
      stored?.(sha256, found.size);
      if (Date.now() - Math.max(found.atimeMs, found.mtimeMs) > ASKED_EVERY_MS) {
        utimesSync(this.path(sha256), new Date(), found.mtime);
      }
    });
    return result;
  }

  /** Bytes of those that are stored. */
  async sizes(wanted: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    await this.lookAt(wanted, (sha256, found) => {
      if (found !== undefined) sizes.set(sha256, found.size);
    });
    return sizes;
  }

  async remove(sha256: string): Promise<void> {
    this.removed += 1;
    await rm(this.path(checked(sha256)), { force: true });
  }

  /** For a content in several pieces. `size`: more than that is refused. */
  async begin(sha256: string, size = Infinity): Promise<IncomingBlob> {
    return IncomingBlob.begin({ sha256: checked(sha256), size, ...this.place(sha256) });
  }

  /** For a content at hand, whole in its place when this returns; durable after `settle`. @throws OutriderError('invalid') */
  putWhole(sha256: string, data: Uint8Array, size = Infinity): void {
    storeWhole({ sha256: checked(sha256), size, ...this.place(sha256) }, data);
  }

  /** Makes everything durable that has come in so far. */
  async settle(): Promise<void> {
    await this.unsynced.settle();
  }

  /** Stores one content that is at hand, durably; what stands there and is damaged is replaced. */
  async put(sha256: string, content: Uint8Array): Promise<void> {
    await this.keep(sha256, content);
    await this.settle();
  }

  /** The same, durable after `settle`. */
  async keep(sha256: string, content: Uint8Array): Promise<void> {
    const isWhole = (await this.size(sha256)) !== undefined && (await readFile(this.path(sha256))).equals(content);
    if (!isWhole) this.putWhole(sha256, content);
  }

  /**
   * The content in pieces. A blob that turns out to be damaged is taken out, so that it can come again, and the read
   * ends with an error.
   */
  async *read(sha256: string): AsyncGenerator<BlobPiece> {
    const file = await this.opened(checked(sha256));
    const hash = createHash('sha256');
    let previous: Uint8Array = new Uint8Array();
    let first = true;
    for await (const chunk of file.createReadStream({ highWaterMark: PIECE_BYTES })) {
      hash.update(chunk as Buffer);
      if (previous.length > 0) {
        yield { sha256: first ? sha256 : '', data: previous, last: false };
        first = false;
      }
      previous = chunk as Buffer;
    }
    if (hash.digest('hex') !== sha256) {
      await this.remove(sha256);
      throw new OutriderError('internal', `The blob ${sha256} was damaged on the disk. Push its release again.`);
    }
    yield { sha256: first ? sha256 : '', data: previous, last: true };
  }

  private async opened(sha256: string): Promise<FileHandle> {
    try {
      return await open(this.path(sha256));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskProblem(error, this.path(sha256));
      throw new OutriderError('not_found', `The blob ${sha256} is not stored here.`, { cause: error });
    }
  }

  async readWhole(sha256: string): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.read(sha256)) pieces.push(piece.data);
    return Buffer.concat(pieces);
  }

  /** Until what it returns is called, none of these is collected, be they here already or on their way. */
  hold(sha256s: Iterable<string>): () => void {
    return this.holds.add(sha256s);
  }

  /** Removes what nobody needs. May run beside everything else that this store does. */
  async collect({ isLive, since, dryRun = false }: CollectOptions): Promise<Collected> {
    const stays = (sha256: string): boolean => {
      const isNeeded = this.holds.has(sha256) || isLive(sha256);
      if (!isNeeded) this.removed += 1;
      return isNeeded;
    };
    return collectBlobs(this.folder, { stays, since, dryRun });
  }

  private place(sha256: string): Pick<BlobPlace, 'incoming' | 'target' | 'arrived'> {
    const target = this.path(sha256);
    return { incoming: this.incoming, target, arrived: (bytes) => this.unsynced.add(target, bytes) };
  }

  /** At once for some hundreds of them: one by one, waiting for an answer takes longer than the answer. */
  private async lookAt(
    wanted: Iterable<string>,
    see: (sha256: string, found: Stats | undefined) => void,
  ): Promise<void> {
    let looked = 0;
    for (const sha256 of new Set(wanted)) {
      const path = this.path(checked(sha256));
      try {
        see(sha256, statSync(path, { throwIfNoEntry: false }));
      } catch (error) {
        throw diskProblem(error, path);
      }
      looked += 1;
      if (looked % AT_ONCE === 0) await setImmediate();
    }
  }
}

function checked(sha256: string): string {
  if (isDigest(sha256)) return sha256;
  throw new OutriderError(
    'invalid',
    `sha256: ${JSON.stringify(sha256.slice(0, 80))} is no digest; 64 hexadecimal digits are expected.`,
  );
}
