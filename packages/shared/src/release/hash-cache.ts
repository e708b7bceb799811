/**
 * Remembers the sha256 of the files of one folder, so that what has not changed is not read again. Whatever is not
 * certain is not known: another size, time, inode or device, a file written so shortly before it was read that it may have
 * been written again in the same moment, a cache that is not whole. Never fails: at worst everything is read.
 */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../runtime/digest.js';
import { writeAtomically } from '../runtime/durable-file.js';
import type { FoundFile } from './tree-walk.js';

const FORMAT = 'outrider-hashes-1';
/** Coarser than the clock of any file system. */
const UNCERTAIN_MS = 2_000;
/** Caches that nobody has used for so long go. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** A smaller folder is read as fast as its cache. */
const WORTH_BYTES = 16 * 1024 * 1024;

/** Where caches are: XDG_CACHE_HOME/outrider, else ~/.cache/outrider. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env['XDG_CACHE_HOME'] ?? '';
  return join(given.startsWith('/') ? given : join(homedir(), '.cache'), 'outrider', 'hashes');
}

export class HashCache {
  private readonly known = new Map<string, string>();
  private readonly path: string | undefined;
  /** Epoch milliseconds. */
  private readonly begun = Date.now();

  /** Of the files below `root`; `folder` holds caches of many. */
  constructor(
    root: string,
    private readonly folder: string,
  ) {
    try {
      this.path = join(folder, sha256(realpathSync(root)));
      this.read(readFileSync(this.path, 'utf8'));
    } catch {
      // There is none, or none that can be read.
    }
  }

  /** The sha256 of its content; undefined: it has to be read. */
  get(file: FoundFile): string | undefined {
    return this.known.get(keyOf(file));
  }

  /** Keeps these for the next time. */
  save(files: readonly { readonly file: FoundFile; readonly sha256: string }[]): void {
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    if (this.path === undefined || bytes < WORTH_BYTES) return;
    const certain = files.filter(({ file }) => Math.max(file.mtimeMs, file.ctimeMs) < this.begun - UNCERTAIN_MS);
    const body = certain.map((one) => `${one.sha256} ${keyOf(one.file)}\0`).join('');
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeAtomically(this.path, `${FORMAT} ${sha256(body)}\n${body}`);
      this.clearOld();
    } catch {
      // The next push reads everything again.
    }
  }

  private read(text: string): void {
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== `${FORMAT} ${sha256(body)}`) return;
    for (const line of body.split('\0')) if (line !== '') this.known.set(line.slice(65), line.slice(0, 64));
  }

  private clearOld(): void {
    for (const name of readdirSync(this.folder)) {
      const path = join(this.folder, name);
      if (statSync(path).mtimeMs < this.begun - KEPT_MS) rmSync(path, { force: true });
    }
  }
}

const keyOf = ({ path, size, mtimeMs, ctimeMs, ino, dev }: FoundFile): string =>
  [size, mtimeMs, ctimeMs, ino, dev, path].join(' ');
