/**
 * The files beside a log that hold what was taken from its head: LOG.1.gz is the newest, LOG.2.gz is older. Owns their
 * names and their order; never touches the log itself.
 */
import { closeSync, existsSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { appendFile, open, stat, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TEMPORARY = '.archiving';
const MODE = 0o640;

/** Said where bytes of a log are gone for good. */
export const droppedHere = (bytes: number): string => `[outrider] ${bytes} bytes of this log were dropped here`;

/** One that is being written. */
export interface NewArchive {
  readonly path: string;
  readonly fd: number;
}

/** For the log at `path`. */
export class LogArchives {
  /** The end of the newest one, where it is a word of ours that can still be added to. */
  #word: { readonly path: string; readonly from: number; readonly to: number; readonly bytes: number } | undefined;

  constructor(
    private readonly path: string,
    private readonly keep: number,
  ) {}

  /** Empty, under a name that nobody takes for an archive. */
  create(): NewArchive {
    const path = join(dirname(this.path), `.${basename(this.path)}${TEMPORARY}`);
    rmSync(path, { force: true });
    return { path, fd: openSync(path, 'wx', MODE) };
  }

  /** Makes it the newest one; the oldest goes where there would be too many. */
  add(archive: NewArchive, compressed: boolean): void {
    const present = archivesOf(this.path);
    for (const { path, number } of [...present].reverse()) {
      if (number >= this.keep) rmSync(path, { force: true });
      else renameSync(path, this.#nameOf(number + 1, path.endsWith('.gz')));
    }
    renameSync(archive.path, this.#nameOf(1, compressed));
    this.#word = undefined;
  }

  /** Whether the file of this number is one of them. */
  has(ino: number): boolean {
    return archivesOf(this.path).some(({ path }) => statSync(path, { throwIfNoEntry: false })?.ino === ino);
  }

  /** The oldest goes before its time. False: there is none. */
  dropOldest(): boolean {
    const oldest = archivesOf(this.path).at(-1);
    if (oldest === undefined) return false;
    rmSync(oldest.path, { force: true });
    return true;
  }

  /** Says at the end of the newest one that `bytes` which came after it are gone. `torn`: in the midst of a line. */
  async sayDropped(bytes: number, torn: boolean, compress: boolean): Promise<void> {
    const newest = archivesOf(this.path).find(({ number }) => number === 1)?.path ?? this.#nameOf(1, compress);
    const size = await stat(newest).then(
      (stats) => stats.size,
      () => 0,
    );
    const known = this.#word?.path === newest && this.#word.to === size ? this.#word : undefined;
    if (known !== undefined) await truncate(newest, known.from);
    const from = known?.from ?? size;
    const all = (known?.bytes ?? 0) + bytes;
    const text = `${torn && size > 0 ? '\n' : ''}${droppedHere(all)}\n`;
    const data = newest.endsWith('.gz') ? gzipSync(text) : Buffer.from(text);
    await appendFile(newest, data, { mode: MODE });
    this.#word = { path: newest, from, to: from + data.length, bytes: all };
  }

  #nameOf(number: number, compressed: boolean): string {
    return `${this.path}.${number}${compressed ? '.gz' : ''}`;
  }
}

/** Newest first. */
export function archivesOf(log: string): readonly { readonly path: string; readonly number: number }[] {
  const prefix = `${basename(log)}.`;
  return readdirSync(dirname(log))
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => {
      const found = /^(\d+)(?:\.gz)?$/.exec(name.slice(prefix.length));
      return found === null ? [] : [{ path: join(dirname(log), name), number: Number(found[1]) }];
    })
    .sort((a, b) => a.number - b.number);
}

/** They go with their log when it takes another name; those of the log that had it are gone. */
export function renameArchives(from: string, to: string): void {
  for (const { path } of archivesOf(to)) rmSync(path, { force: true });
  for (const { path } of archivesOf(from)) renameSync(path, `${to}${path.slice(from.length)}`);
}

/** What a sidecar that was killed has left half written. */
export function removeHalfWritten(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith('.') && name.endsWith(TEMPORARY)) rmSync(join(folder, name), { force: true });
  }
}

/** How many bytes went into it, modulo 4 GiB where it is compressed. */
export async function contentBytes({ path }: NewArchive, compressed: boolean): Promise<number> {
  const { size } = statSync(path);
  if (!compressed) return size;
  if (size < 18) return -1; // shorter than any
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, size - 4);
    return buffer.readUInt32LE(0);
  } finally {
    await handle.close();
  }
}

export function discard({ path, fd }: NewArchive): void {
  closeSync(fd);
  rmSync(path, { force: true });
}
