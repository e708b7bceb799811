import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256 } from './digest.js';
import { writeAtomically } from './durable-file.js';
import { OutriderError } from './errors.js';

/** Reads the token of a file; makes a new one of 256 bits (mode 0600) where there is none. */
export function ensureToken(path: string): string {
  const existing = readToken(path);
  if (existing !== undefined) return existing;
  const token = randomBytes(32).toString('base64url');
  writeAtomically(path, `${token}\n`, 0o600);
  return token;
}

/** The token of a file; undefined where there is no such file. */
export function readToken(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OutriderError('invalid', `Cannot read the token file ${path}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (text.length < 16) {
    throw new OutriderError(
      'invalid',
      `The token file ${path} holds no token of at least 16 characters. Delete it to have a new one made.`,
    );
  }
  return text;
}

/** Compares in constant time. */
export function tokenMatches(given: string | undefined, accepted: readonly string[]): boolean {
  if (given === undefined) return false;
  const digest = Buffer.from(sha256(given));
  return accepted.some((token) => timingSafeEqual(digest, Buffer.from(sha256(token))));
}
