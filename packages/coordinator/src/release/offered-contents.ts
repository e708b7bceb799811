/** What was stored of a manifest when it was offered: naming it, a moment later, looks at the rest alone. */
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';

interface Look {
  readonly digest: string;
  /** Of the store, before the look. */
  readonly removals: number;
  readonly sizes: Map<string, number>;
}

export class OfferedContents {
  private last: Look | undefined;

  constructor(private readonly blobs: BlobStore) {}

  /** Those of its contents that are not stored. `digest`: of the manifest. */
  async missing(digest: string, wanted: readonly string[]): Promise<string[]> {
    const look: Look = { digest, removals: this.blobs.removals, sizes: new Map() };
    const missing = await this.blobs.missing(wanted, (sha256, size) => look.sizes.set(sha256, size));
    this.last = look;
    return missing;
  }

  /** Bytes of those that are stored. */
  async sizes(digest: string, wanted: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { last } = this;
    this.last = undefined;
    if (last?.digest !== digest || last.removals !== this.blobs.removals) return this.blobs.sizes(wanted);
    const rest = await this.blobs.sizes(wanted.filter((sha256) => !last.sizes.has(sha256)));
    for (const [sha256, size] of rest) last.sizes.set(sha256, size);
    return last.sizes;
  }
}
