/**
 * Where a content is cut so that what is inserted or taken out moves no cut but those beside it: FastCDC (Xia et al.,
 * USENIX ATC 2016) with its gear hash, its two masks around the normal size, and its skip of what is too short to be cut.
 * The hash has 32 bits here, so a cut depends on the last 32 bytes at most. Knows no file.
 */
export interface ChunkSizes {
  /** Bytes; none but the last of a content is smaller. */
  readonly min: number;
  /** What most come to; a power of two. */
  readonly normal: number;
  readonly max: number;
}

/** Both ends of a transfer have to cut alike: another choice here is another protocol. */
export const CHUNK_SIZES: ChunkSizes = { min: 8 * 1024, normal: 32 * 1024, max: 128 * 1024 };

/** Bits by which the masks before and after the normal size are stricter and more lenient ("normalized chunking"). */
const NORMALIZATION = 2;

/** Follows one content from its beginning, in pieces of any size: where they end changes nothing. */
export class Chunker {
  private hash = 0;
  private length = 0;
  private readonly strict: number;
  private readonly lenient: number;

  constructor(private readonly sizes: ChunkSizes = CHUNK_SIZES) {
    const bits = Math.log2(sizes.normal);
    this.strict = topBits(bits + NORMALIZATION);
    this.lenient = topBits(bits - NORMALIZATION);
  }

  /** Offsets in `piece` behind which a chunk ends. What is left at the end of the content is its last chunk. */
  cutsIn(piece: Uint8Array): readonly number[] {
    const cuts: number[] = [];
    for (let offset = 0; offset < piece.length;) {
      const end = this.endIn(piece, offset);
      if (end === undefined) break;
      cuts.push(end);
      offset = end;
    }
    return cuts;
  }

  /** Undefined: the chunk goes on behind this piece. */
  private endIn(piece: Uint8Array, from: number): number | undefined {
    const { min, normal, max } = this.sizes;
    const start = from - this.length;
    let at = Math.max(from, Math.min(piece.length, start + min));
    let hash = this.hash;
    const bounds = [
      [Math.min(piece.length, start + normal), this.strict],
      [Math.min(piece.length, start + max), this.lenient],
    ] as const;
    for (const [bound, mask] of bounds) {
      while (at < bound) {
        hash = ((hash << 1) + (GEAR[piece[at] ?? 0] ?? 0)) | 0;
        at += 1;
        if ((hash & mask) === 0) return this.cut(at);
      }
    }
    if (at - start >= max) return this.cut(at);
    this.hash = hash;
    this.length = at - start;
    return undefined;
  }

  private cut(at: number): number {
    this.hash = 0;
    this.length = 0;
    return at;
  }
}

/** The oldest bytes that count are in the highest bits. */
const topBits = (count: number): number => -(2 ** (32 - count)) | 0;

/** Any numbers do, as long as they stay the same: those of mulberry32 from 1 on. */
const GEAR = Int32Array.from({ length: 256 }, (_none, index) => {
  let mixed = Math.imul(index + 1, 0x6d2b79f5);
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return mixed ^ (mixed >>> 14);
});
