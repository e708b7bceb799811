/**
 * The unix socket by which this machine's own commands ask the sidecar, in HTTP and JSON. Who may open the file may
 * ask: there is no token, and no web page reaches it. Needs neither network, Redis nor coordinator.
 */
import { chmodSync, chownSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { answerOf, failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { BodyTooLong, readBody } from '@outrider/shared/http/body.js';
import { listenHttp } from '@outrider/shared/http/listener.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import { removeFile, statOfEntry } from '@outrider/shared/runtime/special-file.js';
import { type ControlRoute, controlRoute, type ControlSources } from './control-routes.js';

/** An order for every agent of a host fits. */
const LONGEST_BODY_BYTES = 1024 * 1024;
const OWNER_ALONE = 0o600;
const GROUP_TOO = 0o660;

export interface ControlSocketOptions extends ControlSources {
  /** Absolute, at most 107 bytes. Whoever calls holds the lock of its folder: no other sidecar listens there. */
  readonly path: string;
  /** Whose members may ask besides the sidecar's own user. */
  readonly gid?: number | undefined;
  readonly onBug: (error: unknown, asked: string) => void;
}

export interface ControlSocket {
  readonly path: string;
  /** Cuts what is open, and removes the file. */
  close(): Promise<void>;
}

/** @throws OutriderError('refused' | 'unavailable') with a sentence; nothing is left open then. */
export async function openControlSocket(options: ControlSocketOptions): Promise<ControlSocket> {
  const { path, gid } = options;
  const route = controlRoute(options);
  removeStale(path);
  // From its first moment on it is nobody else's: the socket is made in this same turn.
  const umask = process.umask(0o777 & ~OWNER_ALONE);
  const listening = listenHttp(path, (request) => answer(request, route, options.onBug));
  process.umask(umask);
  const listener = await listening;
  try {
    if (gid !== undefined) {
      chownSync(path, -1, gid);
      chmodSync(path, GROUP_TOO);
    }
  } catch (error) {
    await listener.close();
    const sentence = `The group ${gid} can't be given ${path}: ${reasonOf(error)}`;
    throw new OutriderError('refused', sentence, { cause: error });
  }
  return { path, close: () => listener.close() };
}

/** Of a sidecar that was killed. What is no socket was put there by a person, and stays. */
function removeStale(path: string): void {
  const found = statOfEntry(path);
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new OutriderError('refused', `${path} is no socket, but something else. Move it away.`);
  }
  removeFile(path);
}

async function answer(
  request: IncomingMessage,
  route: ControlRoute,
  onBug: ControlSocketOptions['onBug'],
): Promise<HttpAnswer> {
  const { method = '', url = '' } = request;
  const [path = '', query = ''] = url.split('?', 2);
  const told = (error: unknown): void => {
    if (!(error instanceof OutriderError)) onBug(error, `${method} ${path}`);
  };
  try {
    const body = await readBody(request, LONGEST_BODY_BYTES);
    const { lines, ...whole } = await route({ method, path, query: new URLSearchParams(query), body });
    return lines === undefined ? whole : { ...whole, lines: (signal) => watched(lines(signal), told) };
  } catch (error) {
    if (error instanceof BodyTooLong) return failure(413, error.message);
    told(error);
    return answerOf(error);
  }
}

async function* watched(lines: AsyncIterable<unknown>, told: (error: unknown) => void): AsyncGenerator {
  try {
    yield* lines;
  } catch (error) {
    told(error);
    throw error;
  }
}
