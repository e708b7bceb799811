/** Which contents of a release are here, and how far the rest has come. */
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';

export class Fetching {
  private readonly wanted: ReadonlyMap<string, number>;
  readonly total: number;
  private done = 0;

  constructor(
    entries: readonly ManifestEntry[],
    private readonly blobs: BlobStore,
    private readonly progress: (bytesDone: number, bytesTotal: number) => void,
  ) {
    this.wanted = new Map(entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.sha256, entry.size]] : [])));
    this.total = sum(this.wanted.values());
  }

  async missing(): Promise<ReadonlyMap<string, number>> {
    const missing = new Map<string, number>();
    for (const [sha256, size] of this.wanted) if (!(await this.blobs.has(sha256, size))) missing.set(sha256, size);
    this.add(this.total - sum(missing.values()));
    return missing;
  }

  readonly add = (bytes: number): void => {
    this.done += bytes;
    this.progress(Math.max(0, Math.min(this.done, this.total)), this.total);
  };

  finish(): void {
    this.progress(this.total, this.total);
  }
}

export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
