/** Which contents of a release are here, and how far the rest has come. */
import type { StagedBytes } from '@outrider/shared/domain/host.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { BlobFiles } from '@outrider/shared/release/store/blob-files.js';
import type { Origin } from './blob-fetch.js';

export type StageProgress = (bytesDone: number, bytesTotal: number, from: StagedBytes) => void;

const MEMBER = { coordinator: 'bytesFromCoordinators', peer: 'bytesFromPeers', here: 'bytesReused' } as const;

export class Fetching {
  private readonly wanted: ReadonlyMap<string, number>;
  private readonly total: number;
  private readonly from = { bytesFromCoordinators: 0, bytesFromPeers: 0, bytesReused: 0 };

  constructor(
    entries: readonly ManifestEntry[],
    private readonly blobs: BlobFiles,
    private readonly progress: StageProgress,
  ) {
    this.wanted = new Map(entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.sha256, entry.size]] : [])));
    this.total = sum(this.wanted.values());
  }

  async missing(): Promise<ReadonlyMap<string, number>> {
    const missing = new Map<string, number>();
    for (const [sha256, size] of this.wanted) if (!(await this.blobs.has(sha256, size))) missing.set(sha256, size);
    this.add(this.total - sum(missing.values()), 'here');
    return missing;
  }

  readonly add = (bytes: number, origin: Origin): void => {
    this.from[MEMBER[origin]] += bytes;
    const done = sum(Object.values(this.from));
    this.progress(Math.max(0, Math.min(done, this.total)), this.total, { ...this.from });
  };

  finish(): void {
    this.progress(this.total, this.total, { ...this.from });
  }
}

export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
