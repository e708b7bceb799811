/** Brings stored contents into a tree: as files of their own, or as names of the very file that the store has. */
import { chmodSync, constants, copyFileSync, linkSync, lstatSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { hashOfFile } from './file-hash.js';
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
}

export class TreeContents {
  private readonly proven = new Set<string>();

  constructor(private readonly options: ContentsOptions) {}

  /** They were hashed on their way in, just now. */
  trust(sha256s: Iterable<string>): void {
    for (const sha256 of sha256s) this.proven.add(sha256);
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
    const found = proven && lstatSync(blob(sha256), { throwIfNoEntry: false });
    if (found !== undefined && proven?.isProven(found, sha256) === true) return true;
    return (await hashOfFile(blob(sha256), turns)) === sha256;
  }

  /** Contents that are known to be right. */
  get right(): Iterable<string> {
    return this.proven;
  }

  /** A new file at `to`, not durable yet, of a content that is not damaged. */
  async place(entry: FileEntry, to: string): Promise<void> {
    if (this.options.links && linked(entry, this.options.blob(entry.sha256), to)) return;
    await this.copy(entry, to);
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

/** The mode is the file's, for all of its names: one that has names of another mode is not linked. */
function linked({ mode }: FileEntry, blob: string, to: string): boolean {
  const found = statSync(blob);
  if ((found.mode & 0o7777) !== mode) {
    if (found.nlink > 1) return false;
    chmodSync(blob, mode);
  }
  try {
    linkSync(blob, to);
    return true;
  } catch (error) {
    if (NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
