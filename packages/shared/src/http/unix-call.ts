/**
 * Asks an HTTP server at a unix socket, as little as that takes: one request a connection, in HTTP/1.0, so that
 * nothing has to be unpacked from the answer. Knows nothing of what is asked.
 */
import { connect, type Socket } from 'node:net';
import { messageOf, OutriderError } from '../runtime/errors.js';
import { codeOf } from './status.js';

export interface UnixCall {
  readonly method: 'GET' | 'POST';
  /** Begins with a slash. */
  readonly url: string;
  readonly body?: object;
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Hangs up. */
  readonly signal?: AbortSignal | undefined;
}

/** The document that is answered. @throws OutriderError as answered, 'timeout', 'unavailable'; else the error of the connection. */
export async function askUnix(path: string, call: UnixCall): Promise<unknown> {
  let text = '';
  for await (const piece of answered(path, call)) text += piece;
  return parse(text);
}

/** The lines of the answer as they come, one JSON value each. Throws as `askUnix` does; leaving it hangs up. */
export async function* followUnix(path: string, call: UnixCall): AsyncGenerator {
  let rest = '';
  for await (const piece of answered(path, call)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield lineOf(line);
  }
  if (rest !== '') throw cutShort();
}

function lineOf(line: string): unknown {
  const value = parse(line);
  const sentence = errorIn(value);
  if (sentence !== undefined && Object.keys(value as object).length === 1)
    throw new OutriderError('internal', sentence);
  return value;
}

/** What comes after the head of a good answer. */
async function* answered(path: string, call: UnixCall): AsyncGenerator<string> {
  const { signal } = call;
  const socket = connect({ path, ...(signal === undefined ? {} : { signal }) });
  const timer = limit(socket, call.timeoutMs);
  try {
    socket.write(requestOf(call));
    // Before the head has ended, and of an answer that is no success, all of it.
    let kept = '';
    let status = 0;
    for await (const piece of socket.setEncoding('utf8') as AsyncIterable<string>) {
      if (status === 200) {
        yield piece;
        continue;
      }
      kept += piece;
      const end = status === 0 ? kept.indexOf('\r\n\r\n') : -1;
      if (end < 0) continue;
      status = Number(/^HTTP\/1\.\d (\d{3})/.exec(kept)?.[1] ?? 500);
      kept = kept.slice(end + 4);
      if (status === 200 && kept !== '') yield kept;
    }
    if (status === 0) throw cutShort();
    if (status !== 200) throw refusalOf(status, kept);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function limit(socket: Socket, timeoutMs: number | undefined): NodeJS.Timeout | undefined {
  if (timeoutMs === undefined) return undefined;
  const over = (): void => void socket.destroy(new OutriderError('timeout', 'No answer in time.'));
  return setTimeout(over, timeoutMs);
}

function requestOf({ method, url, body }: UnixCall): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  return `${method} ${url} HTTP/1.0\r\nhost: localhost\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

function refusalOf(status: number, body: string): OutriderError {
  const sentence = errorIn(parse(body)) ?? `It answered with HTTP status ${status}.`;
  return new OutriderError(codeOf(status), sentence);
}

function errorIn(value: unknown): string | undefined {
  const error = typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  return typeof error === 'string' ? error : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw cutShort(messageOf(error));
  }
}

const cutShort = (why = 'the connection ended'): OutriderError =>
  new OutriderError('unavailable', `The answer was cut short: ${why}.`);
