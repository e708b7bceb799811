/**
 * Writes an answer line by line as it comes, one line of JSON each. Waits for a slow reader and keeps nothing for it
 * meanwhile; one that leaves everything unread for longer than it may is cut off.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerOf, type HttpAnswer, sendAnswer } from './answer.js';

export const LINES_TYPE = 'application/x-ndjson; charset=utf-8';
/** Who follows what is quiet knows by then that there is somebody. */
const HEAD_WITHIN_MS = 500;
/** A reader that vanished without a word is noticed by the kernel. */
const KEEP_ALIVE_MS = 15_000;

/**
 * What goes wrong before the head is an answer of its own; after it, the last line: `{"error":"SENTENCE"}` alone. `ending`
 * ends the answer as if that were all. Rejects where the caller's stream can't be read.
 */
export async function sendLines(
  request: IncomingMessage,
  response: ServerResponse,
  { lines: open, patienceMs }: Pick<HttpAnswer, 'patienceMs'> & Required<Pick<HttpAnswer, 'lines'>>,
  ending: AbortSignal,
): Promise<void> {
  if (request.method === 'HEAD') {
    begin(response);
    return ended(response);
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, ending]);
  const lines = open(signal)[Symbol.asyncIterator]();
  request.socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const early = setTimeout(() => begin(response), HEAD_WITHIN_MS);
  try {
    for (let next = await lines.next(); next.done !== true && !signal.aborted; next = await lines.next()) {
      begin(response);
      if (!response.write(`${JSON.stringify(next.value)}\n`)) await drained(response, patienceMs);
    }
    begin(response);
  } catch (error) {
    if (!response.headersSent) {
      clearTimeout(early);
      sendAnswer(request, response, answerOf(error));
      return;
    }
    if (!signal.aborted) response.write(`${JSON.stringify(answerOf(error).body)}\n`);
  } finally {
    clearTimeout(early);
    await lines.return?.();
    await ended(response);
  }
}

function begin(response: ServerResponse): void {
  if (response.headersSent) return;
  response.writeHead(200, { 'content-type': LINES_TYPE, 'cache-control': 'no-store' });
  response.flushHeaders();
}

/** Until the last of it is on its way, or the caller has gone. */
const ended = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve).end(resolve);
  });

/** Until the caller has read, or has gone; cuts it off after so long. */
const drained = (response: ServerResponse, patienceMs: number | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = patienceMs === undefined ? undefined : setTimeout(() => response.destroy(), patienceMs);
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
