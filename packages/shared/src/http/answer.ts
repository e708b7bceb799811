/** What HTTP answers are, and how whole ones are written; send-lines.ts writes those that come line by line. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, OutriderError } from '../runtime/errors.js';
import { statusOf } from './status.js';

/** What a route gives back. `body` as JSON unless it is text or bytes. */
export interface HttpAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a body: values as they come, one line of JSON each. `signal` is aborted when the caller has gone. */
  readonly lines?: (signal: AbortSignal) => AsyncIterable<unknown>;
  /** Of `lines`: a reader that reads nothing for so long is cut off; absent: it is waited for. */
  readonly patienceMs?: number;
}

export const failure = (status: number, error: string): HttpAnswer => ({ status, body: { error } });

export const answerOf = (error: unknown): HttpAnswer =>
  error instanceof OutriderError
    ? failure(statusOf(error.code), error.message)
    : failure(500, `Internal error: ${messageOf(error)}`);

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  const type = answer.type ?? 'application/json; charset=utf-8';
  const content = contentOf(answer.body);
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(content),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    ...answer.headers,
    // A body that was not read to its end must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

const contentOf = (body: unknown): string | Uint8Array =>
  typeof body === 'string' || body instanceof Uint8Array ? body : `${JSON.stringify(body ?? null)}\n`;
