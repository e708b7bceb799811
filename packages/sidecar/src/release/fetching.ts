/** Which contents of a release are here, and how far the rest has come. */
import { lstatSync, type Stats } from 'node:fs';
import type { FileState } from './proven-files.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { StageStep } from '../supervise/ports.js';
import type { Origin } from './blob-fetch.js';
import type { Turns } from './turns.js';

/** Bytes by sha256. */
export const contentsOf = (entries: readonly ManifestEntry[]): ReadonlyMap<string, number> =>
  new Map(entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.sha256, entry.size]] : [])));

/** Of a stored content: a quarter of the memory of all that the file system tells. */
export type StoredFile = FileState & Pick<Stats, 'mode' | 'nlink'>;

/** What a look into the store has found, by sha256. */
export interface Stored {
  readonly found: ReadonlyMap<string, StoredFile>;
  /** Bytes of those that are not stored, or are of another size. */
  readonly missing: ReadonlyMap<string, number>;
}

/** `blob`: where the store has a content. */
export async function storedOf(
  wanted: ReadonlyMap<string, number>,
  blob: (sha256: string) => string,
  turns: Turns,
): Promise<Stored> {
  const found = new Map<string, StoredFile>();
  const missing = new Map<string, number>();
  for (const [sha256, size] of wanted) {
    const stats = lstatSync(blob(sha256), { throwIfNoEntry: false });
    if (stats?.size === size) found.set(sha256, storedFile(stats));
    else missing.set(sha256, size);
    await turns.pause();
  }
  return { found, missing };
}

const storedFile = ({ dev, ino, size, mtimeMs, ctimeMs, mode, nlink }: Stats): StoredFile => ({
  dev,
  ino,
  size,
  mtimeMs,
  ctimeMs,
  mode,
  nlink,
});

const MEMBER = { coordinator: 'bytesFromCoordinators', peer: 'bytesFromPeers', here: 'bytesReused' } as const;

export class Fetching {
  private readonly total: number;
  private readonly from = { bytesFromCoordinators: 0, bytesFromPeers: 0, bytesReused: 0 };

  constructor(
    wanted: ReadonlyMap<string, number>,
    missing: ReadonlyMap<string, number>,
    private readonly progress: (step: StageStep) => void,
  ) {
    this.total = sum(wanted.values());
    this.add(this.total - sum(missing.values()), 'here');
  }

  readonly add = (bytes: number, origin: Origin): void => {
    this.from[MEMBER[origin]] += bytes;
    const done = sum(Object.values(this.from));
    this.tell(Math.max(0, Math.min(done, this.total)));
  };

  finish(): void {
    this.tell(this.total);
  }

  private tell(bytesDone: number): void {
    this.progress({ bytesDone, bytesTotal: this.total, ...this.from });
  }
}

export const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};
