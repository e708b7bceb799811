/**
 * A document as what it has in common with an older one, and the rest: what changes of a manifest of thousands of files
 * is a few lines. Whoever puts one together proves it by its own digest.
 */
import type { ChunkSizes } from '../domain/chunking.js';
import { type Chunk, deltaOf, newBytesOf } from '../domain/delta.js';
import { OutriderError } from '../runtime/errors.js';
import { ChunkList } from './chunk-list.js';

export type PatchPart =
  | /** `size` bytes of the older document from `offset` on. */ { readonly offset: number; readonly size: number }
  | { readonly data: Uint8Array };

export interface Patch {
  /** sha256 of the older document. */
  readonly base: string;
  /** In the order of the new one. */
  readonly parts: readonly PatchPart[];
}

/** An entry of a manifest has a hundred bytes or two: some ten of them. Another choice is another protocol. */
const SIZES: ChunkSizes = { min: 256, normal: 1024, max: 4096 };
/** What is put together has no more than this: as much as a message may have. */
const MOST_BYTES = 64 * 1024 * 1024;

export const documentChunks = (document: Uint8Array): readonly Chunk[] => new ChunkList(SIZES).add(document).all();

/** Undefined: it would be no shorter than the document. */
export function patchOf(base: string, older: readonly Chunk[], document: Uint8Array): Patch | undefined {
  const delta = deltaOf(older, documentChunks(document));
  if (newBytesOf(delta) * 2 > document.length) return undefined;
  // Copies: what is kept of a patch must not keep the whole document.
  const parts = delta.map(({ kind, offset, size }): PatchPart =>
    kind === 'copy' ? { offset, size } : { data: Buffer.from(document.subarray(offset, offset + size)) },
  );
  return { base, parts };
}

/** @throws OutriderError('invalid') where a part is not in the older document, or too much would come of it. */
export function applyPatch(older: Uint8Array, parts: readonly PatchPart[]): Uint8Array {
  const sizeOf = (part: PatchPart): number => ('data' in part ? part.data.length : part.size);
  const size = parts.reduce((sum, part) => sum + sizeOf(part), 0);
  const isInside = (part: PatchPart): boolean =>
    'data' in part || (part.offset >= 0 && part.size >= 0 && part.offset + part.size <= older.length);
  if (!parts.every(isInside) || size > MOST_BYTES) {
    throw new OutriderError('invalid', 'A patch of a document does not fit what it is a patch of.');
  }
  return Buffer.concat(
    parts.map((part) => ('data' in part ? part.data : older.subarray(part.offset, part.offset + part.size))),
    size,
  );
}
