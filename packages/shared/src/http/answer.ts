/** How HTTP answers are written: whole, or line by line as they come. */
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

/**
 * Waits for a slow reader. What goes wrong before the first line is an answer of its own; after it, the last line:
 * `{"error":"SENTENCE"}` alone. Rejects where the caller's stream can't be read.
 */
export async function sendLines(
  request: IncomingMessage,
  response: ServerResponse,
  open: NonNullable<HttpAnswer['lines']>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const lines = open(gone.signal)[Symbol.asyncIterator]();
  let next: IteratorResult<unknown>;
  try {
    next = await lines.next();
  } catch (error) {
    sendAnswer(request, response, answerOf(error));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
  try {
    for (; next.done !== true && !gone.signal.aborted; next = await lines.next()) {
      if (!response.write(`${JSON.stringify(next.value)}\n`)) await drained(response);
    }
  } catch (error) {
    response.write(`${JSON.stringify(answerOf(error).body)}\n`);
  } finally {
    await lines.return?.();
    response.end();
  }
}

/** Until the caller has read, or has gone. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
