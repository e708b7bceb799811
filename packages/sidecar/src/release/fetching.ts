/** Which contents of a release are here, and how far the rest has come. */
import { statSync } from 'node:fs';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { Turns } from './turns.js';

/** Bytes by sha256. */
export const contentsOf = (entries: readonly ManifestEntry[]): ReadonlyMap<string, number> =>
  new Map(entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.sha256, entry.size]] : [])));

/** Those that are not stored, by their names and sizes. `blob`: where the store has a content. */
export async function missingOf(
  wanted: ReadonlyMap<string, number>,
  blob: (sha256: string) => string,
  turns: Turns,
): Promise<ReadonlyMap<string, number>> {
  const missing = new Map<string, number>();
  for (const [sha256, size] of wanted) {
    if (statSync(blob(sha256), { throwIfNoEntry: false })?.size !== size) missing.set(sha256, size);
    await turns.pause();
  }
  return missing;
}

export class Fetching {
  private readonly total: number;
  private done: number;

  constructor(
    wanted: ReadonlyMap<string, number>,
    missing: ReadonlyMap<string, number>,
    private readonly progress: (bytesDone: number, bytesTotal: number) => void,
  ) {
    this.total = sum(wanted.values());
    this.done = this.total - sum(missing.values());
    this.add(0);
  }

  readonly add = (bytes: number): void => {
    this.done += bytes;
    this.progress(Math.max(0, Math.min(this.done, this.total)), this.total);
  };

  finish(): void {
    this.progress(this.total, this.total);
  }
}

export const sum = (numbers: Iterable<number>): number => {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
};
