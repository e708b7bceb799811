/** One open log that is read on and on. Its place is an offset, so that it is right when the head is freed. */
import { fstatSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { LogLook } from '../supervise/ports.js';
import type { LogExtent } from './log-extent.js';
import type { LogLedger } from './log-ledger.js';
import { lookAt } from './log-look.js';
import { PACE } from './log-pace.js';
import { startOfLast } from './log-tail.js';

/** A longer line is given in pieces of this. */
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

const leftOut = (bytes: number): string => `[outrider] ${bytes} bytes of this log are left out here`;

export interface ReadLines {
  readonly lines: readonly string[];
  readonly bytes: number;
}

export class FollowedLog {
  #offset = 0;
  /** In the midst of a line whose beginning was not seen. */
  #torn = false;
  /** The end of the log when it was read up to there. */
  #readTo = -1;
  #first: readonly string[] = [];

  private constructor(
    readonly handle: FileHandle,
    readonly extent: LogExtent,
  ) {}

  /** `look` undefined: all of it. Undefined where there is no such file. */
  static async open(ledger: LogLedger, path: string, look: LogLook | undefined): Promise<FollowedLog | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const log = new FollowedLog(handle, ledger.of(handle.fd));
      await log.extent.gate.reading(() => {
        log.#begin(path, look);
      });
      log.extent.followers.add(log);
      return log;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get offset(): number {
    return this.#offset;
  }

  /** What it was opened for; given once. */
  first(): readonly string[] {
    const given = this.#first;
    this.#first = [];
    return given;
  }

  #begin(path: string, look: LogLook | undefined): void {
    this.#offset = this.extent.begin;
    this.#torn = this.extent.torn;
    if (look === undefined) return;
    const { told, whole, position, size } = lookAt(this.handle.fd, path, this.extent, look);
    this.#first = [...told, ...whole];
    this.#offset = this.extent.offsetOf(position, size);
    this.#torn = false;
  }

  /** Up to `most` lines of the next chunk; undefined at the end of the file. */
  read(most: number): Promise<ReadLines | undefined> {
    return this.extent.gate.reading(async () => {
      const { size } = fstatSync(this.handle.fd);
      const lost = this.#settle(size);
      if (lost > 0) return { lines: [leftOut(lost)], bytes: 0 };
      const end = this.extent.offsetOf(size, size);
      if (end === this.#readTo) return undefined;
      const position = this.extent.positionOf(this.#offset, size);
      const { buffer, bytesRead } = await this.handle.read({ buffer: Buffer.allocUnsafe(CHUNK_BYTES), position });
      const read = this.#linesIn(buffer.subarray(0, bytesRead), most);
      if (read === undefined) this.#readTo = end;
      return read;
    });
  }

  /** A line of ours where it is so far behind that it has to go to the newest. */
  catchUp(): Promise<readonly string[]> {
    return this.extent.gate.reading(() => {
      const { size } = fstatSync(this.handle.fd);
      const lost = this.#settle(size);
      const position = this.extent.positionOf(this.#offset, size);
      const { linesASecond, bytesASecond, patience } = PACE;
      const from = { position, torn: false };
      const isFar =
        size - position > patience * bytesASecond ||
        startOfLast(this.handle.fd, patience * linesASecond, from, patience * bytesASecond).start > position;
      if (!isFar) return lost > 0 ? [leftOut(lost)] : [];
      const { start } = startOfLast(this.handle.fd, linesASecond, from, bytesASecond);
      this.#offset += start - position;
      this.#torn = false;
      return [leftOut(lost + start - position)];
    });
  }

  is({ dev, ino }: Stats): boolean {
    const ours = fstatSync(this.handle.fd);
    return ours.ino === ino && ours.dev === dev;
  }

  async close(): Promise<void> {
    this.extent.followers.delete(this);
    await this.handle.close();
  }

  /** Goes on where the file still has something; how many bytes are lost. */
  #settle(size: number): number {
    this.extent.seen(size);
    const { begin, torn } = this.extent;
    if (this.#offset > this.extent.offsetOf(size, size)) {
      // Somebody has cut the file: what it has is new.
      this.#offset = begin;
      this.#torn = torn;
    }
    const lost = begin - this.#offset;
    if (lost <= 0) return 0;
    this.#offset = begin;
    this.#torn = torn;
    return lost;
  }

  #linesIn(content: Buffer, most: number): ReadLines | undefined {
    const lines: string[] = [];
    let at = 0;
    for (let end = content.indexOf(NEWLINE); end >= 0 && lines.length < most; end = content.indexOf(NEWLINE, at)) {
      if (this.#torn) this.#torn = false;
      else lines.push(content.toString('utf8', at, end));
      at = end + 1;
    }
    if (at === 0) {
      if (content.length < CHUNK_BYTES) return undefined;
      if (!this.#torn) lines.push(content.toString('utf8'));
      at = content.length;
    }
    this.#offset += at;
    return { lines, bytes: at };
  }
}
