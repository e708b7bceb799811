/** Follows a log file line by line, over rotation and truncation. Holds at most one line and one chunk in memory. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { tailOf } from './log-tail.js';

const POLL_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** A longer line is given in pieces. */
const LONGEST_LINE_BYTES = 64 * 1024;
const NEWLINE = 10;

/** The last `lines` lines, then each new one as soon as it has ended, until `signal` is aborted. The file may come later. */
export async function* followLog(path: string, lines: number, signal: AbortSignal): AsyncGenerator<string> {
  let file = await Followed.open(path, lines);
  try {
    if (file !== undefined) yield* file.first;
    for (;;) {
      if (file !== undefined) {
        for (let more = await file.read(); more !== undefined; more = await file.read()) {
          for (const line of more) {
            if (signal.aborted) return;
            yield line;
          }
        }
      }
      if (signal.aborted || !(await pause(signal))) return;
      if (file !== undefined && !(await file.replaced(path))) continue;
      const next = await Followed.open(path, undefined);
      if (next === undefined) continue;
      // What was written to the old file before it was put aside.
      if (file !== undefined) {
        for (let more = await file.read(); more !== undefined; more = await file.read()) yield* more;
        await file.close();
      }
      file = next;
    }
  } finally {
    await file?.close();
  }
}

class Followed {
  readonly #handle: FileHandle;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #position: number;
  #pending = Buffer.alloc(0);

  private constructor(
    handle: FileHandle,
    position: number,
    readonly first: readonly string[],
  ) {
    this.#handle = handle;
    this.#position = position;
  }

  /** `last` undefined: from the beginning. Undefined where there is no such file. */
  static async open(path: string, last: number | undefined): Promise<Followed | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    if (last === undefined) return new Followed(handle, 0, []);
    const tail = tailOf(handle.fd, last);
    return new Followed(handle, tail.position, tail.whole);
  }

  /** The lines of the next chunk; undefined at the end of the file. */
  async read(): Promise<readonly string[] | undefined> {
    const { size } = await this.#handle.stat();
    if (size < this.#position) {
      this.#position = 0;
      this.#pending = Buffer.alloc(0);
    }
    const { bytesRead } = await this.#handle.read(this.#chunk, 0, CHUNK_BYTES, this.#position);
    if (bytesRead === 0) return undefined;
    this.#position += bytesRead;
    const content = Buffer.concat([this.#pending, this.#chunk.subarray(0, bytesRead)]);
    const end = content.lastIndexOf(NEWLINE) + 1;
    this.#pending = content.subarray(end);
    const lines = end === 0 ? [] : content.toString('utf8', 0, end - 1).split('\n');
    if (this.#pending.length >= LONGEST_LINE_BYTES) {
      lines.push(this.#pending.toString('utf8'));
      this.#pending = Buffer.alloc(0);
    }
    return lines;
  }

  /** Whether the name stands for another file by now. While it stands for none, this one is still followed. */
  async replaced(path: string): Promise<boolean> {
    try {
      const [now, ours] = await Promise.all([stat(path), this.#handle.stat()]);
      return now.ino !== ours.ino || now.dev !== ours.dev;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** False once it was called off. */
async function pause(signal: AbortSignal): Promise<boolean> {
  try {
    await wait(POLL_MS, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
