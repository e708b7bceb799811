import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.js';

/** sha256 in hexadecimal. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** sha256 over the canonical JSON of a value. */
export const digestOf = (value: unknown): string => sha256(canonicalJson(value));
