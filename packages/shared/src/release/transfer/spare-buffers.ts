/**
 * Buffers for what is read to be sent, used again and again: a new one for each piece would have V8 look for what is alive
 * after every few megabytes, which takes longer than the sending.
 */
import { PIECE_BYTES } from './piece.js';

/** Of some streams at once; more are left to the garbage collector. */
const MOST_SPARE = 16;

const spare: Buffer[] = [];

export interface LentBuffer {
  /** Of `PIECE_BYTES`, with anything in it. */
  readonly buffer: Buffer;
  /** To be called once nobody reads it any more, or not at all. */
  readonly release: () => void;
}

export function lendBuffer(): LentBuffer {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  let isLent = true;
  const release = (): void => {
    if (isLent && spare.length < MOST_SPARE) spare.push(buffer);
    isLent = false;
  };
  return { buffer, release };
}
