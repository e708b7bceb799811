// Trees as releases of AI agents have them: thousands of small files and a few big ones, of bytes that don't compress.
import { createCipheriv } from 'node:crypto';
import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PIECE = Buffer.alloc(1024 * 1024);

/** The same bytes at each call with the same seed. */
class Bytes {
  #cipher;

  constructor(seed) {
    this.#cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  }

  next(size) {
    return this.#cipher.update(PIECE.subarray(0, size));
  }
}

/**
 * `files` files with `bytes` in all: one in a hundred has half of all the bytes, the others the rest; sizes within each
 * group differ by up to ten times. Gives the paths, relative.
 */
export function makeTree(root, { files, bytes }) {
  const random = new Bytes(1);
  const weight = () => 1 + (random.next(2).readUInt16BE() / 65_536) * 9;
  const weights = Array.from({ length: files }, (_one, index) => ({ big: index % 100 === 0, weight: weight() }));
  const sum = (big) => weights.reduce((total, one) => total + (one.big === big ? one.weight : 0), 0);
  const share = { true: bytes / 2 / sum(true), false: bytes / 2 / (sum(false) || 1) };
  return weights.map((one, index) => {
    const path = `lib/package-${index % 250}/module-${index % 7}/file-${index}.bin`;
    write(join(root, path), random, Math.round(one.weight * share[one.big]));
    return path;
  });
}

/** One file of so many bytes; `before` is put in front of them. */
export function makeFile(path, bytes, before = '') {
  write(path, new Bytes(2), bytes, before);
}

export const changeOne = (path) => appendFileSync(path, 'changed');

function write(path, random, bytes, before = '') {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  writeSync(fd, before);
  for (let left = bytes; left > 0; left -= PIECE.length) writeSync(fd, random.next(Math.min(left, PIECE.length)));
  closeSync(fd);
}
