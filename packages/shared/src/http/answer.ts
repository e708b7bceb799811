/** How HTTP answers are written. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, messageOf, OutriderError } from '../runtime/errors.js';

/** What a route gives back. `body` as JSON unless it is text. */
export interface HttpAnswer {
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

export const failure = (status: number, error: string): HttpAnswer => ({ status, body: { error } });

export const answerOf = (error: unknown): HttpAnswer =>
  error instanceof OutriderError
    ? failure(STATUS_OF[error.code], error.message)
    : failure(500, `Internal error: ${messageOf(error)}`);

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
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
