/** How the bodies of HTTP requests are read. */
import type { IncomingMessage } from 'node:http';
import { messageOf, OutriderError } from '../runtime/errors.js';

/** The body as a JSON object; an empty one is `{}`. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Record<string, unknown>> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > mostBytes) throw new BodyTooLong(mostBytes);
    pieces.push(piece as Buffer);
  }
  const text = Buffer.concat(pieces).toString('utf8').trim();
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new OutriderError('invalid', `The body is no JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OutriderError('invalid', 'The body must be a JSON object, or empty.');
  }
  return value as Record<string, unknown>;
}

export class BodyTooLong extends Error {
  constructor(readonly mostBytes: number) {
    super(`The body is longer than ${mostBytes} bytes.`);
  }
}
