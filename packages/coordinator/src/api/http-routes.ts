/** The routes of 7777 and 7779: the page, and REST as rest/ has it. Who may ask at all was checked before. */
import type { IncomingMessage } from 'node:http';
import { failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { readBody } from '@outrider/shared/http/body.js';
import type { HttpGuard } from '@outrider/shared/http/guard.js';
import { dashboardRoutes } from './dashboard.js';
import { coordinatorMethods } from './grpc.js';
import { readParameters } from './rest/parameters.js';
import type { RestParts, RestRoute } from './rest/route.js';
import { pathMatch, REST_ROUTES } from './rest/table.js';
import { type Wire, wireOf } from './rest/wire.js';

export interface RouteParts extends RestParts {
  readonly guard: HttpGuard;
}

const MOST_BODY_BYTES = 64 * 1024;

type Route = (request: IncomingMessage) => Promise<HttpAnswer> | HttpAnswer;
type Methods = Readonly<Partial<Record<'GET' | 'POST', Route>>>;

export interface Routes {
  /** For people who have asked for another one. */
  readonly paths: readonly string[];
  /** What there is at this path. Throws URIError where it is not well formed. */
  at(path: string): Methods | undefined;
}

export function routesOf(parts: RouteParts): Routes {
  const service = coordinatorMethods(parts.inside);
  /** For people with a browser; no part of the document. */
  const pages: Readonly<Record<string, Methods>> = dashboardRoutes();
  return {
    paths: [...new Set(['/', ...REST_ROUTES.map(({ path }) => path)])],
    at: (path) => {
      if (Object.hasOwn(pages, path)) return pages[path];
      const found = REST_ROUTES.flatMap((route) => {
        const inPath = pathMatch(route.path, path);
        return inPath === undefined
          ? []
          : [[route.method, (request: IncomingMessage) => serve(route, request, parts, service, inPath)] as const];
      });
      return found.length === 0 ? undefined : Object.fromEntries(found);
    },
  };
}

async function serve(
  route: RestRoute,
  request: IncomingMessage,
  { guard, ...parts }: RouteParts,
  service: ReturnType<typeof coordinatorMethods>,
  inPath: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const isTrusted = guard.isTrusted(request);
  if (route.token === true && !isTrusted) return untrusted();
  const { searchParams } = new URL(request.url ?? '/', 'http://local');
  const query = route.anyQuery === true ? new URLSearchParams() : searchParams;
  const values = readParameters(route.parameters, query, inPath);
  const body = route.body === undefined ? {} : await readBody(request, MOST_BODY_BYTES);
  const by = `HTTP ${request.url ?? ''}`;
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  request.socket.once('close', leave);
  try {
    const peer = request.socket.remoteAddress ?? '';
    const wireUntil = (signal: AbortSignal): Wire => wireOf(service, { peer, isTrusted, signal });
    return await route.handle({ ...parts, values, body, request, by, wire: wireUntil(gone.signal), wireUntil });
  } finally {
    request.socket.off('close', leave);
  }
}

const untrusted = (): HttpAnswer => ({
  ...failure(401, 'This needs the token: "Authorization: Bearer TOKEN", from the file "token" in run_dir.'),
  headers: { 'www-authenticate': 'Bearer realm="outrider"' },
});
