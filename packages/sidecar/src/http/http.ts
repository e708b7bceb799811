/** Owns the HTTP listeners of a sidecar: checks each caller, reads no body, and asks the routes. */
import type { IncomingMessage } from 'node:http';
import { answerOf, failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { HttpGuard } from '@outrider/shared/http/guard.js';
import { type HttpListener, listenHttp } from '@outrider/shared/http/listener.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Route } from './routes.js';

export interface SidecarHttpOptions {
  readonly faces: readonly { readonly listen: readonly string[]; readonly route: Route }[];
  readonly tokens: () => readonly string[];
  /** Names of this machine that browsers may call it by, lower case. */
  readonly names: readonly string[];
  readonly onBug: (error: unknown, path: string) => void;
}

export interface SidecarHttp {
  /** As bound, in the order of the options. */
  readonly addresses: readonly (readonly string[])[];
  close(): Promise<void>;
}

/** No request of ours has one. */
const LONGEST_BODY_BYTES = 1024;
const LONGEST_URL = 2_000;

/** @throws OutriderError('unavailable') where an address can't be bound; nothing stays bound then. */
export async function startSidecarHttp(options: SidecarHttpOptions): Promise<SidecarHttp> {
  const listeners: HttpListener[] = [];
  const { tokens, names } = options;
  const guard = new HttpGuard({ daemon: 'sidecar', tokens, names, ports: () => listeners.map(({ port }) => port) });
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  try {
    const addresses: string[][] = [];
    for (const { listen, route } of options.faces) {
      const bound: string[] = [];
      for (const address of listen) {
        const listener = await listenHttp(address, (request) => answer(request, guard, route, options.onBug));
        listeners.push(listener);
        bound.push(listener.address);
      }
      addresses.push(bound);
    }
    return { addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function answer(
  request: IncomingMessage,
  guard: HttpGuard,
  route: Route,
  onBug: SidecarHttpOptions['onBug'],
): Promise<HttpAnswer> {
  const refusal = guard.check(request);
  if (refusal !== undefined) return failure(refusal.status, refusal.reason);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method !== 'GET' && method !== 'POST') {
    return { ...failure(405, 'Only GET and POST are understood here.'), headers: { allow: 'GET, POST' } };
  }
  const path = pathOf(request.url ?? '');
  if (path === undefined) return failure(400, 'The path of the request is not well formed.');
  if (!(await isShort(request)))
    return failure(413, `No request needs a body of more than ${LONGEST_BODY_BYTES} bytes.`);
  try {
    return await route({ path, method, trusted: guard.isTrusted(request) });
  } catch (error) {
    if (!(error instanceof OutriderError)) onBug(error, `/${path.join('/')}`);
    return answerOf(error);
  }
}

function pathOf(text: string): readonly string[] | undefined {
  if (!text.startsWith('/') || text.startsWith('//') || text.length > LONGEST_URL) return undefined;
  const [path = ''] = text.split('?', 1);
  try {
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    if (parts.at(-1) === '') parts.pop();
    return parts.some((part) => part === '' || part.includes('/') || part.includes('\0')) ? undefined : parts;
  } catch {
    return undefined;
  }
}

/** Reads what comes along and throws it away; false: it is too long. */
async function isShort(request: IncomingMessage): Promise<boolean> {
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY_BYTES) return false;
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    if (length > LONGEST_BODY_BYTES) return false;
  }
  return true;
}
