/** The chunks of a file: found by reading it, and packed for the way to another machine. */
import { createHash } from 'node:crypto';
import { Chunker } from '../domain/chunking.js';
import type { Chunk } from '../domain/delta.js';
import { OutriderError } from '../runtime/errors.js';

/**
 * Of a sha256. Two chunks that share so much of it are taken for one, and the content that is put together is another
 * than it should be: its own sha256 tells, and it is brought whole.
 */
const NAME_BYTES = 8;
const SIZE_BYTES = 3;
const ENTRY_BYTES = NAME_BYTES + SIZE_BYTES;

/** Reads a content once, in pieces of any size. */
export async function chunksOf(content: AsyncIterable<Uint8Array>): Promise<readonly Chunk[]> {
  const chunker = new Chunker();
  const chunks: Chunk[] = [];
  let hash = createHash('sha256');
  let offset = 0;
  let size = 0;
  const end = (): void => {
    chunks.push({ name: hash.digest('hex').slice(0, 2 * NAME_BYTES), offset, size });
    hash = createHash('sha256');
    offset += size;
    size = 0;
  };
  const take = (bytes: Uint8Array): void => {
    hash.update(bytes);
    size += bytes.length;
  };
  for await (const piece of content) {
    let from = 0;
    for (const cut of chunker.cutsIn(piece)) {
      take(piece.subarray(from, cut));
      end();
      from = cut;
    }
    take(piece.subarray(from));
  }
  if (size > 0) end();
  return chunks;
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
