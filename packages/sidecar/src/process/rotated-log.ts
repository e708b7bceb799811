/**
 * One log that is kept within its bounds: its head goes into an archive and is freed then, or is dropped where that
 * takes too long. One thing at a time; nothing is freed before its copy is whole and on the disk.
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { open as openFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { seek } from './libc/files.js';
import { contentBytes, discard, LogArchives, type NewArchive } from './log-archives.js';
import { copyPart } from './log-copier.js';
import type { LogExtent } from './log-extent.js';
import { blockBytes, type FreeHow, freeHead, intentOf, stateOf } from './log-freeing.js';
import type { LogLedger } from './log-ledger.js';

/** A log of so many times its size (and of more than this) cannot wait for its archives any more: its head is dropped. */
const FLOODED = 4;
const FLOODED_BYTES = 64 * 1024 * 1024;
/** So many times its size, and followers are not waited for any more. */
const PATIENT = 2;
/** Stays in the log, so that its last lines can be looked at. */
const TAIL_BYTES = 1024 * 1024;
const O_RDWR = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface LogLimits {
  readonly maxBytes: number;
  /** Archives of one log. */
  readonly keep: number;
  readonly compress: boolean;
  /** A log that is longer is not archived any more but cut. Default: four times `maxBytes`, and 64 MiB at least. */
  readonly floodedBytes?: number;
}

export type RotationStep = 'copied' | 'noted' | 'archived' | 'freed';

export interface RotatedLogOptions {
  readonly limits: LogLimits;
  readonly ledger: LogLedger;
  readonly how: FreeHow;
  /** For tests: told of each step that was made. */
  readonly step?: (name: RotationStep) => void;
}

export class RotatedLog {
  readonly #options: RotatedLogOptions;
  readonly #archives: LogArchives;
  #archiving: AbortController | undefined;

  constructor(
    readonly path: string,
    readonly extent: LogExtent,
    options: RotatedLogOptions,
  ) {
    this.#options = options;
    this.#archives = new LogArchives(path, options.limits.keep);
  }

  isLong(size: number): boolean {
    return size - this.extent.start > this.#options.limits.maxBytes;
  }

  /** Nothing may wait any longer. */
  isFlooded(size: number): boolean {
    const { maxBytes, floodedBytes = Math.max(FLOODED * maxBytes, FLOODED_BYTES) } = this.#options.limits;
    return size - this.extent.start > floodedBytes;
  }

  /** Ends what is being copied; its head is dropped then. */
  giveUp(): void {
    this.#archiving?.abort();
  }

  /** Ends what a sidecar before us was killed in. */
  finish(): Promise<void> {
    return this.#alone(async (fd) => {
      const { intent } = this.extent;
      if (intent === undefined) return;
      const state = this.#archives.has(intent.archive) ? stateOf(fd, this.extent, intent) : 'unknown';
      if (state === 'there') await freeHead(fd, this.extent, intent.bytes, this.#options.how);
      else if (state === 'freed' && this.extent.start === 0) this.extent.wasCollapsed(intent.bytes);
      this.#forgetIntent();
    });
  }

  /** One step towards its size. A sentence where that could not be made. */
  async shorten(): Promise<string | undefined> {
    return this.#alone(async (fd) => {
      if (this.isFlooded(fstatSync(fd).size)) return this.#drop(fd);
      const end = this.#archiveEnd(fd);
      const problem = end === undefined ? undefined : await this.#archive(fd, end);
      if (problem === undefined) return undefined;
      const isFull = (await freeBytes(this.path)) < this.#options.limits.maxBytes;
      const isStuck = isFull && !this.#archives.dropOldest();
      return isStuck || this.isFlooded(fstatSync(fd).size) ? this.#drop(fd) : problem;
    });
  }

  /** Up to where it is archived. What followers have not read yet stays, while the log is not twice as long as it may be. */
  #archiveEnd(fd: number): number | undefined {
    const { maxBytes } = this.#options.limits;
    const { size } = fstatSync(fd);
    const tail = Math.min(TAIL_BYTES, Math.floor(maxBytes / 2));
    const read = [...this.extent.followers].map(({ offset }) => this.extent.positionOf(offset, size));
    const block = blockBytes(fd);
    const isPatient = size - this.extent.start <= PATIENT * maxBytes;
    const end = Math.min(size - tail, this.extent.start + maxBytes, ...(isPatient ? read : []));
    const whole = Math.floor(end / block) * block;
    return whole - this.extent.start >= Math.min(maxBytes / 4, tail) ? whole : undefined;
  }

  async #archive(fd: number, end: number): Promise<string | undefined> {
    const { compress } = this.#options.limits;
    const archive = this.#archives.create();
    let kept = false;
    try {
      const problem = await this.#copy(fd, archive, end);
      if (problem !== undefined) return `${this.path} could not be archived: ${problem}.`;
      this.#options.step?.('copied');
      // While it was copied the log may have got another name; then it is looked at again under that one.
      if (!isNamed(this.path, fd)) return undefined;
      this.extent.intent = intentOf(fd, end, fstatSync(archive.fd).ino);
      this.#options.ledger.save(this.extent);
      this.#options.step?.('noted');
      this.#archives.add(archive, compress);
      kept = true;
      this.#options.step?.('archived');
    } finally {
      if (kept) closeSync(archive.fd);
      else discard(archive);
    }
    await syncFolder(dirname(this.path));
    await freeHead(fd, this.extent, end, this.#options.how);
    this.#options.step?.('freed');
    this.#forgetIntent();
    return undefined;
  }

  /** A sentence where it is not whole. */
  async #copy(fd: number, archive: NewArchive, end: number): Promise<string | undefined> {
    const { compress } = this.#options.limits;
    const bytes = end - this.extent.start;
    // Not by its name, which may be another's by now.
    const from = openSync(`/proc/self/fd/${fd}`, 'r');
    this.#archiving = new AbortController();
    try {
      seek(from, this.extent.start);
      const request = { from, to: archive.fd, bytes, compress };
      const problem = await copyPart(request, this.#archiving.signal);
      if (problem !== undefined) return problem;
    } finally {
      this.#archiving = undefined;
      closeSync(from);
    }
    const copied = await contentBytes(archive, compress);
    if (copied !== bytes) return `${copied} of ${bytes} bytes came`;
    const handle = await openFile(archive.path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return undefined;
  }

  /** The oldest goes until the rest is as long as it may be. */
  async #drop(fd: number): Promise<string | undefined> {
    const { limits, how } = this.#options;
    const block = blockBytes(fd);
    const { start, torn } = this.extent;
    const end = Math.floor((fstatSync(fd).size - limits.maxBytes) / block) * block;
    if (end <= start) return undefined;
    // Said first: nothing may be gone without a word. On a full disk it can be said only afterwards.
    const say = (): Promise<void> => this.#archives.sayDropped(end - start, torn, limits.compress);
    const unsaid = await say().then(
      () => undefined,
      () => say,
    );
    await freeHead(fd, this.extent, end, how);
    await unsaid?.();
    this.#options.ledger.save(this.extent);
    return `${this.path} grows faster than it can be archived: ${end - start} bytes were dropped.`;
  }

  #forgetIntent(): void {
    this.extent.intent = undefined;
    this.#options.ledger.save(this.extent);
  }

  /** With the log open, and never twice at once. */
  async #alone<T>(act: (fd: number) => Promise<T>): Promise<T | undefined> {
    if (this.extent.isBeingShortened) return undefined;
    this.extent.isBeingShortened = true;
    try {
      const fd = openSync(this.path, O_RDWR);
      try {
        return isNamed(this.path, fd) && this.#options.ledger.of(fd) === this.extent ? await act(fd) : undefined;
      } finally {
        closeSync(fd);
      }
    } finally {
      this.extent.isBeingShortened = false;
    }
  }
}

function isNamed(path: string, fd: number): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(fd);
  return named?.ino === open.ino && named.dev === open.dev;
}

/** On the disk that `path` is on. */
async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await openFile(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
