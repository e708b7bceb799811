/**
 * Contents as the messages that carry them: many small ones in one, large ones in pieces, and of what the receiver has an
 * older version of, the difference. Reads no further than is taken. The receiver proves what it gets: nothing is hashed here.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { DELTA_FROM_BYTES } from '../../domain/bases.js';
import type { DeltaPart } from '../../domain/delta.js';
import { OutriderError } from '../../runtime/errors.js';
import { diskProblem } from '../store/disk.js';
import type { Delta } from './chunk-lists.js';
import type { Compression } from './compression.js';
import { DIGEST_BYTES, type OutgoingPiece, PIECE_BYTES } from './piece.js';
import { lendBuffer } from './spare-buffers.js';

export interface SendOptions {
  /** Where a content is. */
  readonly path: (sha256: string) => string;
  /** The receiver understands bundles, copies and deflated pieces; where not, it is sent none. */
  readonly packed: boolean;
  /** From what the receiver can make a large content; undefined: it is sent whole. */
  readonly delta?: (sha256: string) => Promise<Delta | undefined>;
  /** Absent: nothing is deflated. */
  readonly compression?: Compression;
}

/** Larger ones get messages of their own. */
const SMALL_BYTES = 128 * 1024;
/** More are not read in one turn of the event loop. */
const MOST_IN_BUNDLE = 256;

/** @throws OutriderError('not_found') at the first that is not there. */
export function sendContents(digests: Iterable<string>, options: SendOptions): AsyncGenerator<OutgoingPiece> {
  const pieces = piecesOf(digests, options);
  return options.packed && options.compression !== undefined ? options.compression.follow(pieces) : pieces;
}

async function* piecesOf(digests: Iterable<string>, options: SendOptions): AsyncGenerator<OutgoingPiece> {
  let bundle = new Bundle();
  for (const sha256 of digests) {
    if (options.packed && bundle.add(sha256, options.path(sha256)) === 'added') continue;
    if (bundle.count > 0) {
      yield await bundle.piece(options);
      await setImmediate();
      bundle = new Bundle();
      if (bundle.add(sha256, options.path(sha256)) === 'added') continue;
    }
    yield* largePieces(sha256, options);
  }
  if (bundle.count > 0) yield await bundle.piece(options);
}

/** Small contents, read at once: for thousands of them, turns of the event loop would take longer than the disk. */
class Bundle {
  private readonly lent = lendBuffer();
  private readonly data = this.lent.buffer;
  private readonly digests: Buffer[] = [];
  private readonly sizes: number[] = [];
  private end = 0;

  get count(): number {
    return this.sizes.length;
  }

  /** `full`: it goes into the next one, or alone. */
  add(sha256: string, path: string): 'added' | 'full' {
    if (this.count >= MOST_IN_BUNDLE) return 'full';
    const fd = opened(sha256, path);
    try {
      const { size } = fstatSync(fd);
      if (size > SMALL_BYTES || this.end + size > this.data.length) return 'full';
      for (let done = 0; done < size;) {
        const read = readSync(fd, this.data, this.end + done, size - done, done);
        if (read === 0) throw shrunk(path);
        done += read;
      }
      this.digests.push(Buffer.from(sha256, 'hex'));
      this.sizes.push(size);
      this.end += size;
      return 'added';
    } catch (error) {
      throw diskProblem(error, path);
    } finally {
      closeSync(fd);
    }
  }

  async piece({ compression }: SendOptions): Promise<OutgoingPiece> {
    const data = this.data.subarray(0, this.end);
    const bundle = Buffer.concat(this.digests, DIGEST_BYTES * this.count);
    const { release } = this.lent;
    return { ...((await compression?.pack(data)) ?? { data }), bundle, bundleSizes: this.sizes, release };
  }
}

/** The first has the digest, the last says so. */
async function* largePieces(sha256: string, options: SendOptions): AsyncGenerator<OutgoingPiece> {
  const path = options.path(sha256);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error, sha256, path);
  });
  try {
    const { size } = await file.stat();
    const isLarge = options.packed && size > DELTA_FROM_BYTES;
    const delta = isLarge ? await options.delta?.(sha256) : undefined;
    let waiting: OutgoingPiece = { sha256, ...(delta === undefined ? {} : { base: delta.base }) };
    let isEmpty = true;
    for await (const next of bodies(file, path, delta?.parts ?? [{ kind: 'new', offset: 0, size }])) {
      if (!isEmpty) {
        yield waiting;
        waiting = {};
      }
      const { data } = next;
      const packed = options.packed && data !== undefined ? await options.compression?.pack(data) : undefined;
      waiting = { ...waiting, ...next, ...packed };
      isEmpty = false;
    }
    yield { ...waiting, last: true };
  } finally {
    await file.close();
  }
}

/** A copy goes with the new bytes behind it. */
async function* bodies(file: FileHandle, path: string, parts: readonly DeltaPart[]): AsyncGenerator<OutgoingPiece> {
  let copy: OutgoingPiece = {};
  for (const part of parts) {
    if (part.kind === 'copy') {
      if (copy.copySize !== undefined) yield copy;
      copy = { copyOffset: part.offset, copySize: part.size };
      continue;
    }
    for (let done = 0; done < part.size;) {
      const piece = await readFrom(file, path, part.offset + done, Math.min(PIECE_BYTES, part.size - done));
      done += piece.data.length;
      yield { ...copy, ...piece };
      copy = {};
    }
  }
  if (copy.copySize !== undefined) yield copy;
}

async function readFrom(
  file: FileHandle,
  path: string,
  offset: number,
  size: number,
): Promise<{ readonly data: Buffer; readonly release: () => void }> {
  const { buffer, release } = lendBuffer();
  const { bytesRead } = await file.read(buffer, 0, size, offset);
  if (bytesRead === 0) throw shrunk(path);
  return { data: buffer.subarray(0, bytesRead), release };
}

function opened(sha256: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(error, sha256, path);
  }
}

function unreadable(error: unknown, sha256: string, path: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return diskProblem(error, path);
  return new OutriderError('not_found', `The blob ${sha256} is not stored here.`, { cause: error });
}

const shrunk = (path: string): OutriderError =>
  new OutriderError('unavailable', `${path} became shorter while it was read.`);
