/**
 * Files that were read and found to be what they should be. As long as the file system tells of no change since, they are
 * not read again: before each switch that would be gigabytes. Every change of a file, also one that takes care to leave
 * its size and times alone, moves the time of its last change (ctime), which nobody but the kernel sets. What the disk
 * itself has spoiled is not seen so; `release verify` reads everything.
 */
import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';

/** size, mtime, ctime, when it was read (all times in epoch milliseconds), sha256. */
type Proof = readonly [size: number, mtime: number, ctime: number, at: number, sha256: string];

/** The clock of a file system ticks so coarsely: a change at once after the reading could have the same time. */
export const COARSE_MS = 20;
/** A hundred bytes each. The oldest go. */
const MOST = 400_000;

/** What tells one state of a file from another. */
export type FileState = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

export class ProvenFiles {
  private proofs: Map<string, Proof> | undefined;
  private isChanged = false;
  private wasUnknown = false;

  constructor(
    private readonly path: string,
    private readonly now: () => number,
  ) {}

  /** Some file that was asked about had to be read: `add` has something to add. */
  get hasMissed(): boolean {
    return this.wasUnknown;
  }

  isProven(found: FileState, sha256: string): boolean {
    const known = this.knows(found, sha256);
    this.wasUnknown ||= !known;
    return known;
  }

  private knows(found: FileState, sha256: string): boolean {
    const proof = this.all().get(keyOf(found));
    if (proof === undefined) return false;
    const [size, mtime, ctime, at, known] = proof;
    const isSame = size === found.size && mtime === found.mtimeMs && ctime === found.ctimeMs && known === sha256;
    return isSame && ctime < at - COARSE_MS && at <= this.now();
  }

  /** They are known to be right at this moment. Whatever is not there is passed over. */
  add(files: Iterable<readonly [path: string, sha256: string]>): void {
    this.wasUnknown = false;
    for (const [path, sha256] of files) {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined || this.knows(found, sha256)) continue;
      const key = keyOf(found);
      // Behind the others.
      this.all().delete(key);
      this.all().set(key, [found.size, found.mtimeMs, found.ctimeMs, this.now(), sha256]);
      this.isChanged = true;
    }
  }

  /** Nothing is known any more: what the disk has spoiled looks as it did. */
  clear(): void {
    this.proofs = new Map();
    this.isChanged = true;
  }

  /** For those who come after this process. */
  save(): void {
    if (!this.isChanged) return;
    const all = [...this.all()];
    const lines = all.slice(-MOST).map((one) => JSON.stringify(one));
    writeAtomically(this.path, `${lines.join('\n')}\n`, 0o600);
    this.isChanged = false;
  }

  /** What can't be read proves nothing. */
  private all(): Map<string, Proof> {
    if (this.proofs !== undefined) return this.proofs;
    this.proofs = new Map();
    try {
      for (const line of readFileSync(this.path, 'utf8').split('\n')) {
        if (line === '') continue;
        const [key, proof] = JSON.parse(line) as [string, Proof];
        this.proofs.set(key, proof);
      }
    } catch {
      this.proofs.clear();
    }
    return this.proofs;
  }
}

const keyOf = ({ dev, ino }: FileState): string => `${dev}:${ino}`;
