/**
 * Which contents would not outlive a power cut yet. They are in their places at once, so that a killed process loses
 * none of them, and are made durable together: a sync for each would take longer than all the rest. While there are any,
 * a file says since when and in which boot; what is younger than it after another boot may be empty, and is removed.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeDurably } from '../../runtime/durable-file.js';
import { blobFolders } from './collection.js';

const MARK = 'unsynced';
/** So few are quicker one by one. */
const FEW = 4;
/** So many bytes are not left to wait for the end: the disk writes them while more come in. */
const EARLY_BYTES = 256 * 1024 * 1024;
/** Clocks of file systems are coarse. */
const COARSE_MS = 2_000;

export class Unsynced {
  private paths = new Set<string>();
  private marked = false;
  private settling: Promise<void> = Promise.resolve();
  /** Bytes that nothing has sent to the disk yet, as far as is known here. */
  private waiting = 0;
  private isEarly = false;

  constructor(private readonly folder: string) {
    const mark = this.read();
    if (mark === undefined) return;
    // Of this boot: still in memory, where it is not on the disk.
    if (mark.boot === bootId()) this.marked = true;
    else {
      removeYounger(folder, mark.since - COARSE_MS);
      rmSync(this.markPath, { force: true });
    }
  }

  /** To be called before the content gets its name. */
  add(path: string, bytes: number): void {
    if (!this.marked) this.mark(Date.now());
    this.paths.add(path);
    this.waiting += bytes;
    if (this.waiting >= EARLY_BYTES && !this.isEarly) void this.writeEarly();
  }

  /** Promises nothing: what counts is `settle`. */
  private async writeEarly(): Promise<void> {
    this.waiting = 0;
    this.isEarly = true;
    await syncFileSystem(this.folder);
    this.isEarly = false;
  }

  /** One at a time; what comes in meanwhile waits for the next. */
  settle(): Promise<void> {
    const turn = this.settling.then(() => this.settleNow());
    this.settling = turn.catch(() => undefined);
    return turn;
  }

  private async settleNow(): Promise<void> {
    if (!this.marked) return;
    const before = this.paths;
    const since = Date.now();
    this.paths = new Set();
    this.waiting = 0;
    try {
      await syncAll(this.folder, before);
    } catch (error) {
      for (const path of before) this.paths.add(path);
      throw error;
    }
    if (this.paths.size > 0) this.mark(since);
    else {
      rmSync(this.markPath, { force: true });
      this.marked = false;
    }
  }

  private mark(since: number): void {
    this.marked = true;
    writeDurably(this.markPath, JSON.stringify({ boot: bootId(), since }));
  }

  private read(): { readonly boot: string; readonly since: number } | undefined {
    try {
      const { boot, since } = JSON.parse(readFileSync(this.markPath, 'utf8')) as { boot?: unknown; since?: unknown };
      return { boot: String(boot), since: typeof since === 'number' ? since : 0 };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      return { boot: '', since: 0 };
    }
  }

  private get markPath(): string {
    return join(this.folder, MARK);
  }
}

/** Whether all that stands in a store is durable, as far as that is known from the outside. */
export const isSettled = (folder: string): boolean => !existsSync(join(folder, MARK));

async function syncAll(folder: string, paths: ReadonlySet<string>): Promise<void> {
  // None: they came before this process began.
  if ((paths.size > FEW || paths.size === 0) && (await syncFileSystem(folder))) return;
  for (const path of [...paths, ...new Set([...paths].map((one) => dirname(one))), folder]) await syncOne(path);
}

/**
 * Makes files and the names in their folders durable: with one call for all of the file system that `folder` is on where
 * there are many, else one by one.
 */
export async function syncPaths(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length > FEW && (await syncFileSystem(folder))) return;
  for (const path of paths) await syncOne(path);
}

/** The call is made by `sync -f`, of coreutils. False: there is no such program here. */
async function syncFileSystem(folder: string): Promise<boolean> {
  return (await promisify(execFile)('sync', ['-f', folder]).catch(() => undefined)) !== undefined;
}

async function syncOne(path: string): Promise<void> {
  let handle;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    // Collected or replaced since.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await handle?.close();
  }
}

function removeYounger(folder: string, since: number): void {
  for (const inner of blobFolders(folder)) {
    for (const name of readdirSync(inner)) {
      const path = join(inner, name);
      if (statSync(path).mtimeMs >= since) rmSync(path, { force: true });
    }
  }
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
