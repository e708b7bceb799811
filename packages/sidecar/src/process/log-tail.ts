/** Reads the end of a file backwards, in bounded memory. Knows nothing of rotation or of who writes. */
import { fstatSync, readSync } from 'node:fs';

/** No question reads more, whatever it asks for. */
const MOST_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;

export interface Tail {
  /** Lines that have ended, oldest first. */
  readonly whole: readonly string[];
  /** What comes after the last newline. */
  readonly rest: string;
  /** Where that begins in the file. */
  readonly position: number;
}

/**
 * The last `count` lines of an open file; fewer where they are longer than 1 MiB together. Nothing before `from`
 * counts, unless the file was cut since.
 */
export function tailOf(fd: number, count: number, from = 0): Tail {
  const { size } = fstatSync(fd);
  const floor = from > size ? 0 : from;
  const chunks: Buffer[] = [];
  let start = size;
  let newlines = 0;
  while (start > floor && newlines <= count && size - start < MOST_BYTES) {
    const length = Math.min(CHUNK_BYTES, start - floor);
    start -= length;
    const chunk = Buffer.alloc(length);
    chunks.unshift(chunk.subarray(0, readSync(fd, chunk, 0, length, start)));
    newlines += newlinesIn(chunk);
  }
  const content = Buffer.concat(chunks);
  const end = content.lastIndexOf(NEWLINE) + 1;
  const whole = end === 0 ? [] : content.toString('utf8', 0, end - 1).split('\n');
  // The first one is a piece of a longer line, unless all was read.
  if (start > floor) whole.shift();
  return { whole: count <= 0 ? [] : whole.slice(-count), rest: content.toString('utf8', end), position: start + end };
}

function newlinesIn(chunk: Buffer): number {
  let found = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) found++;
  return found;
}
