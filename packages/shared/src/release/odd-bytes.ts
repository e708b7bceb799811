/** Names on the disk that are not UTF-8: Node reads them as names that are not there. */
import { readdirSync } from 'node:fs';
import { quoted } from '../domain/shown-name.js';

/** As people are shown it, its odd bytes as `\xff`. `name`: as Node has read it in this folder. */
export function shownBytes(folder: string, name: string): string {
  const found = readdirSync(folder, { encoding: 'buffer' }).find(
    (bytes) => bytes.toString() === name && !bytes.equals(Buffer.from(name)),
  );
  return found === undefined ? quoted(name) : `"${[...partsOf(found)].join('')}"`;
}

/** The longest way to spell one character. */
const MOST_BYTES = 4;

function* partsOf(bytes: Buffer): Generator<string> {
  for (let at = 0; at < bytes.length;) {
    const length = lengthOfCharacter(bytes.subarray(at, at + MOST_BYTES));
    const part = bytes.subarray(at, at + Math.max(1, length));
    yield length === 0 ? `\\x${part.toString('hex')}` : quoted(part.toString()).slice(1, -1);
    at += part.length;
  }
}

/** 0: none begins here. */
function lengthOfCharacter(bytes: Buffer): number {
  for (let length = 1; length <= bytes.length; length += 1) {
    const part = bytes.subarray(0, length);
    if (Buffer.from(part.toString()).equals(part)) return length;
  }
  return 0;
}
