/** Brings stored contents into a tree: as files of their own, or as names of the very file that the store has. */
import { chmodSync, constants, copyFileSync, linkSync, lstatSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { hashOfFile } from './file-hash.js';
import type { StoredFile } from './fetching.js';
import type { ProvenFiles } from './proven-files.js';
import type { Turns } from './turns.js';

export type FileEntry = Extract<ManifestEntry, { kind: 'file' }>;

/** Larger ones are copied by another thread meanwhile. */
const AT_ONCE_BYTES = 16 * 1024 * 1024;
/** This file system makes no further name of a file. */
const NO_LINK = new Set(['EMLINK', 'EPERM', 'EXDEV', 'EOPNOTSUPP']);

export interface ContentsOptions {
  /** Where the store has a content. */
  readonly blob: (sha256: string) => string;
  readonly turns: Turns;
  /** Names of the stored files themselves are good enough: nobody who may change them uses the tree. */
  readonly links: boolean;
  /** What need not be read again; absent: everything is read. */
  readonly proven?: Pick<ProvenFiles, 'isProven'>;
  /** Stored contents, as somebody has seen them just now; absent: they are looked at. */
  readonly found?: ReadonlyMap<string, StoredFile>;
}

export class TreeContents {
  private readonly proven = new Set<string>();
  /** Modes of the stored contents that the tree has names of. */
  private readonly named = new Map<string, number>();
  private readonly seen: Map<string, StoredFile>;

  constructor(private readonly options: ContentsOptions) {
    this.seen = new Map(options.found);
  }

  /** They were hashed on their way in, just now. */
  trust(sha256s: Iterable<string>): void {
    for (const sha256 of sha256s) {
      this.proven.add(sha256);
      this.seen.delete(sha256);
    }
  }

  /** Those whose stored content is missing or not what its name says. What is right is read once, and never again. */
  async damagedOf(entries: readonly ManifestEntry[]): Promise<FileEntry[]> {
    const damaged: FileEntry[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'file' || this.proven.has(entry.sha256)) continue;
      if (await this.isRight(entry)) this.proven.add(entry.sha256);
      else damaged.push(entry);
      await this.options.turns.pause();
    }
    return damaged;
  }

  private async isRight({ sha256 }: FileEntry): Promise<boolean> {
    const { blob, turns, proven } = this.options;
    const found = proven && this.found(sha256);
    if (found !== undefined && proven?.isProven(found, sha256) === true) return true;
    return (await hashOfFile(blob(sha256), turns)) === sha256;
  }

  private found(sha256: string): StoredFile | undefined {
    return this.seen.get(sha256) ?? lstatSync(this.options.blob(sha256), { throwIfNoEntry: false });
  }

  /** Contents that are known to be right, and that no file of the tree is a name of. */
  get rightApart(): readonly string[] {
    return [...this.proven].filter((sha256) => !this.named.has(sha256));
  }

  /** A new file at `to`, not durable yet, of a content that is not damaged. */
  async place(entry: FileEntry, to: string): Promise<void> {
    if (!this.options.links || !this.link(entry, to)) await this.copy(entry, to);
  }

  /** The mode is the file's, for all of its names: one that has names of another mode is not linked. */
  private link({ sha256, mode }: FileEntry, to: string): boolean {
    const blob = this.options.blob(sha256);
    const named = this.named.get(sha256);
    if (named !== undefined && named !== mode) return false;
    const found = named === undefined ? this.found(sha256) : undefined;
    if (found !== undefined && (found.mode & 0o7777) !== mode) {
      if (found.nlink > 1) return false;
      chmodSync(blob, mode);
    }
    try {
      linkSync(blob, to);
    } catch (error) {
      if (NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
    this.named.set(sha256, mode);
    return true;
  }

  /** The same, and always a file of its own, sharing its blocks with the stored one where the file system can do that. */
  async copy(entry: FileEntry, to: string): Promise<void> {
    const blob = this.options.blob(entry.sha256);
    const how = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
    if (entry.size > AT_ONCE_BYTES) await copyFile(blob, to, how);
    else copyFileSync(blob, to, how);
    chmodSync(to, entry.mode);
  }
}
