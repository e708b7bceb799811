/** The chunks of stored contents, kept for whoever asks next: many hosts ask for the same at once. */
import { createReadStream } from 'node:fs';
import { type DeltaPart, deltaOf, newBytesOf } from '../../domain/delta.js';
import { chunksOf, packChunks, unpackChunks } from '../chunk-list.js';
import { PIECE_BYTES } from './piece.js';

/** How to put a content together from an older one. */
export interface Delta {
  readonly base: string;
  readonly parts: readonly DeltaPart[];
}

/** Lists of 20 GiB of contents. */
const KEPT_BYTES = 8 * 1024 * 1024;
/** Where more than this share of it would travel anyway, a content is sent whole. */
const WORTHWHILE = 0.9;

export class ChunkLists {
  /** Packed, by sha256; what was asked for last is at the end. */
  private readonly lists = new Map<string, Promise<Buffer>>();
  private readonly sizes = new Map<string, number>();

  /** `path`: where a content is. */
  constructor(private readonly path: (sha256: string) => string) {}

  /** Reads the content unless it is known, a piece at a time: others have their turns meanwhile. */
  async packed(sha256: string): Promise<Buffer> {
    const known = this.lists.get(sha256);
    const list = known ?? this.read(sha256);
    this.lists.delete(sha256);
    this.lists.set(sha256, list);
    return list;
  }

  /** Undefined: it would not help, or one of both cannot be read. `base` known here by its sha256, or by `baseChunks`. */
  async delta(sha256: string, base: string, baseChunks?: Uint8Array): Promise<Delta | undefined> {
    try {
      const before = unpackChunks(baseChunks ?? (await this.packed(base)));
      const after = unpackChunks(await this.packed(sha256));
      const parts = deltaOf(before, after);
      const size = after.reduce((sum, chunk) => sum + chunk.size, 0);
      return newBytesOf(parts) > size * WORTHWHILE ? undefined : { base, parts };
    } catch {
      return undefined;
    }
  }

  private async read(sha256: string): Promise<Buffer> {
    try {
      const list = packChunks(await chunksOf(createReadStream(this.path(sha256), { highWaterMark: PIECE_BYTES })));
      this.sizes.set(sha256, list.length);
      this.trim(sha256);
      return list;
    } catch (error) {
      this.lists.delete(sha256);
      throw error;
    }
  }

  private trim(newest: string): void {
    let bytes = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const sha256 of this.lists.keys()) {
      const size = this.sizes.get(sha256);
      if (bytes <= KEPT_BYTES) return;
      if (size === undefined || sha256 === newest) continue;
      this.lists.delete(sha256);
      this.sizes.delete(sha256);
      bytes -= size;
    }
  }
}
