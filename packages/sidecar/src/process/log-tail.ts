/** Reads the end of a file backwards, in bounded memory. Knows nothing of rotation or of who writes. */
import { fstatSync, readSync } from 'node:fs';

/** No question reads more, whatever it asks for. */
export const MOST_TAIL_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface Floor {
  /** Nothing before this position counts. */
  readonly position: number;
  /** A line may be under way there: it does not count either. */
  readonly torn: boolean;
}

export interface Tail {
  /** Lines that have ended, oldest first. */
  readonly whole: readonly string[];
  /** What comes after the last newline. */
  readonly rest: string;
  /** Where the first of them begins in the file, and where `rest` does. */
  readonly start: number;
  readonly position: number;
  /** As the file was. */
  readonly size: number;
}

const BEGINNING: Floor = { position: 0, torn: false };

/** The last `count` lines of an open file; fewer where they are longer than `mostBytes` together. */
export function tailOf(fd: number, count: number, floor = BEGINNING, mostBytes = MOST_TAIL_BYTES): Tail {
  const { start, size } = startOfLast(fd, count, floor, mostBytes);
  const buffer = Buffer.allocUnsafe(size - start);
  const content = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, start));
  const ended = content.lastIndexOf(NEWLINE) + 1;
  const whole = ended === 0 || count <= 0 ? [] : content.toString('utf8', 0, ended - 1).split('\n');
  return { whole, rest: content.toString('utf8', ended), start, position: start + ended, size };
}

/** Where the last `count` lines that have ended begin. */
export function startOfLast(
  fd: number,
  count: number,
  { position, torn }: Floor,
  mostBytes = MOST_TAIL_BYTES,
): { readonly start: number; readonly size: number } {
  const { size } = fstatSync(fd);
  const least = Math.min(size, Math.max(position, size - mostBytes));
  let oldest: number | undefined;
  let left = count + 1;
  for (let at = size; at > least;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, at - least));
    at -= chunk.length;
    const read = chunk.subarray(0, readSync(fd, chunk, 0, chunk.length, at));
    for (let found = read.lastIndexOf(NEWLINE); found >= 0;) {
      oldest = at + found + 1;
      left -= 1;
      if (left <= 0) return { start: oldest, size };
      found = found === 0 ? -1 : read.lastIndexOf(NEWLINE, found - 1);
    }
  }
  const isWhole = least === position && !torn;
  return { start: isWhole ? least : (oldest ?? least), size };
}
