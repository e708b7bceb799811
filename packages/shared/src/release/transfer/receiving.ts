/**
 * Puts the messages of one stream together and into a store, each content proven by its sha256. Whatever was whole before
 * an error stays.
 */
import { isDigest } from '../../domain/name.js';
import { OutriderError } from '../../runtime/errors.js';
import type { BlobStore } from '../store/blob-store.js';
import { type IncomingBlob, WrongContent } from '../store/incoming-blob.js';
import { unpack } from './compression.js';
import { DIGEST_BYTES, type Piece } from './piece.js';

/** Bytes of contents: as they came, and as they were taken from older ones. Negative where they turned out to be wrong. */
export interface Came {
  readonly new: number;
  readonly copied: number;
}

export interface ReceiveOptions {
  readonly store: BlobStore;
  /** Bytes that it may have; undefined: nobody asked for it. */
  readonly sizeOf: (sha256: string) => number | undefined;
  readonly came?: (bytes: Came) => void;
  /** It stands in its place, durable after `settle`. */
  readonly arrived?: (sha256: string) => unknown;
}

interface Current {
  readonly blob: IncomingBlob;
  readonly base: string;
  new: number;
  copied: number;
}

export class BlobReceiver {
  private current: Current | undefined;

  constructor(private readonly options: ReceiveOptions) {}

  /** One without anything says only that the sender is there. @throws OutriderError('invalid'), WrongContent, DiskProblem */
  async take(piece: Piece): Promise<void> {
    const data = piece.inflatedSize === 0 ? piece.data : await unpack(piece.data, piece.inflatedSize);
    if (piece.bundle.length > 0) this.takeBundle(piece, data);
    else if (piece.sha256 === '' && this.current === undefined) ensureNothing(piece);
    else await this.takePart(piece, data);
  }

  end(): void {
    if (this.current === undefined) return;
    throw new OutriderError('unavailable', `The blob ${this.current.blob.sha256} came without its end.`);
  }

  async abandon(): Promise<void> {
    const { current } = this;
    if (current === undefined) return;
    this.current = undefined;
    this.options.came?.({ new: -current.new, copied: -current.copied });
    await current.blob.discard();
  }

  private takeBundle({ bundle, bundleSizes }: Piece, data: Uint8Array): void {
    if (this.current !== undefined) throw beginsBefore('A bundle', this.current.blob.sha256);
    const digests = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength);
    if (digests.length !== bundleSizes.length * DIGEST_BYTES)
      throw new OutriderError('invalid', 'A bundle has an odd length.');
    let offset = 0;
    for (const [index, size] of bundleSizes.entries()) {
      if (size < 0 || offset + size > data.length)
        throw new OutriderError('invalid', 'A bundle is shorter than it says.');
      const sha256 = digests.toString('hex', index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
      this.takeWhole(sha256, data.subarray(offset, offset + size));
      offset += size;
    }
  }

  private takeWhole(sha256: string, data: Uint8Array): void {
    this.options.store.putWhole(sha256, data, this.allowed(sha256));
    this.options.came?.({ new: data.length, copied: 0 });
    this.options.arrived?.(sha256);
  }

  private async takePart({ sha256, base, copyOffset, copySize, last }: Piece, data: Uint8Array): Promise<void> {
    if (this.current === undefined && last && copySize === 0) {
      this.takeWhole(sha256, data);
      return;
    }
    if (this.current !== undefined && sha256 !== '' && sha256 !== this.current.blob.sha256) {
      throw beginsBefore(`The blob ${sha256}`, this.current.blob.sha256);
    }
    this.current ??= { blob: await this.options.store.begin(sha256, this.allowed(sha256)), base, new: 0, copied: 0 };
    const { current } = this;
    if (copySize > 0) await this.copy(current, copyOffset, copySize);
    if (data.length > 0) {
      await current.blob.write(data);
      current.new += data.length;
      this.options.came?.({ new: data.length, copied: 0 });
    }
    if (last) await this.finish(current);
  }

  private async copy(current: Current, offset: number, size: number): Promise<void> {
    const { store, came } = this.options;
    if (offset < 0) throw new OutriderError('invalid', `A copy begins at ${offset}.`);
    if (!isDigest(current.base) || !((await store.size(current.base)) ?? 0)) {
      throw new OutriderError(
        'invalid',
        `The blob ${current.blob.sha256} was sent as a change of one that is not here.`,
      );
    }
    await current.blob.copyFrom(store.path(current.base), offset, size);
    current.copied += size;
    came?.({ new: 0, copied: size });
  }

  private async finish(current: Current): Promise<void> {
    try {
      await current.blob.finish();
    } catch (error) {
      this.current = undefined;
      this.options.came?.({ new: -current.new, copied: -current.copied });
      // Its base may be what is damaged, or two chunks share a name.
      if (error instanceof WrongContent && current.copied > 0) throw new WrongDelta(error);
      throw error;
    }
    this.current = undefined;
    this.options.arrived?.(current.blob.sha256);
  }

  private allowed(sha256: string): number {
    const size = this.options.sizeOf(sha256);
    if (size !== undefined) return size;
    throw new OutriderError('invalid', `A blob came that was not asked for: ${sha256}.`);
  }
}

/** All of a stream, durably; returns how many contents came. */
export async function receiveAll(store: BlobStore, pieces: AsyncIterable<Piece>): Promise<number> {
  let stored = 0;
  const receiver = new BlobReceiver({ store, sizeOf: () => Infinity, arrived: () => (stored += 1) });
  try {
    for await (const piece of pieces) await receiver.take(piece);
    receiver.end();
    return stored;
  } finally {
    await receiver.abandon();
    await store.settle();
  }
}

/** What was put together from an older content is another: it has to come whole. */
export class WrongDelta extends WrongContent {
  constructor({ sha256, message }: WrongContent) {
    super(sha256, '');
    this.message = `${message.replace(/\.$/, '')}, put together from an older one.`;
  }
}

function ensureNothing({ data, last, copySize }: Piece): void {
  if (data.length === 0 && !last && copySize === 0) return;
  throw new OutriderError('invalid', 'A part of a blob came without its beginning.');
}

const beginsBefore = (what: string, sha256: string): OutriderError =>
  new OutriderError('invalid', `${what} begins before ${sha256} has ended.`);
