/** How HTTP answers are written and bodies are read. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';

/** What a route gives back. `body` as JSON unless it is text. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  not_found: 404,
  refused: 409,
  unauthenticated: 401,
  unavailable: 503,
  timeout: 504,
  internal: 500,
};

export const failure = (status: number, error: string): Answer => ({ status, body: { error } });

export const answerOf = (error: unknown): Answer =>
  error instanceof OutriderError
    ? failure(STATUS_OF[error.code], error.message)
    : failure(500, `Internal error: ${messageOf(error)}`);

export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const type = answer.type ?? 'application/json; charset=utf-8';
  const text = typeof answer.body === 'string' ? answer.body : `${JSON.stringify(answer.body ?? null)}\n`;
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    ...answer.headers,
    // A body that was not read to its end must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

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
