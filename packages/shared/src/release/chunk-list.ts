/** The chunks of a file: found by reading it, and packed for the way to another machine. */
import { createHash } from 'node:crypto';
import { Chunker, type ChunkSizes } from '../domain/chunking.js';
import type { Chunk } from '../domain/delta.js';
import { OutriderError } from '../runtime/errors.js';

/**
 * Of a sha256. Two chunks that share so much of it are taken for one, and the content that is put together is another
 * than it should be: its own sha256 tells, and it is brought whole.
 */
const NAME_BYTES = 8;
const SIZE_BYTES = 3;
const ENTRY_BYTES = NAME_BYTES + SIZE_BYTES;

/** Cuts a content that comes in pieces of any size. */
export class ChunkList {
  private readonly chunker: Chunker;
  private readonly chunks: Chunk[] = [];
  private hash = createHash('sha256');
  private offset = 0;
  private size = 0;

  constructor(sizes?: ChunkSizes) {
    this.chunker = new Chunker(sizes);
  }

  add(piece: Uint8Array): this {
    let from = 0;
    for (const cut of this.chunker.cutsIn(piece)) {
      this.take(piece.subarray(from, cut));
      this.end();
      from = cut;
    }
    this.take(piece.subarray(from));
    return this;
  }

  /** Of all that was added, with what is left as the last. */
  all(): readonly Chunk[] {
    if (this.size > 0) this.end();
    return this.chunks;
  }

  private take(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.size += bytes.length;
  }

  private end(): void {
    const { offset, size } = this;
    this.chunks.push({ name: this.hash.digest('hex').slice(0, 2 * NAME_BYTES), offset, size });
    this.hash = createHash('sha256');
    this.offset += size;
    this.size = 0;
  }
}

/** Reads a content once. */
export async function chunksOf(content: AsyncIterable<Uint8Array>): Promise<readonly Chunk[]> {
  const list = new ChunkList();
  for await (const piece of content) list.add(piece);
  return list.all();
}

/** Eleven bytes each: name, size. */
export function packChunks(chunks: readonly Chunk[]): Buffer {
  const packed = Buffer.alloc(chunks.length * ENTRY_BYTES);
  for (const [index, { name, size }] of chunks.entries()) {
    packed.write(name, index * ENTRY_BYTES, 'hex');
    packed.writeUIntBE(size, index * ENTRY_BYTES + NAME_BYTES, SIZE_BYTES);
  }
  return packed;
}

/** @throws OutriderError('invalid') where it is no list of chunks. */
export function unpackChunks(packed: Uint8Array): readonly Chunk[] {
  if (packed.length % ENTRY_BYTES !== 0) throw new OutriderError('invalid', 'A list of chunks has an odd length.');
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  let offset = 0;
  return Array.from({ length: packed.length / ENTRY_BYTES }, (_none, index) => {
    const at = index * ENTRY_BYTES;
    const chunk = {
      name: bytes.toString('hex', at, at + NAME_BYTES),
      offset,
      size: bytes.readUIntBE(at + NAME_BYTES, SIZE_BYTES),
    };
    offset += chunk.size;
    return chunk;
  });
}
