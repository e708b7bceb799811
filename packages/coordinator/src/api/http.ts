/** Owns the HTTP listeners: REST and feeds on some ports, the status feed on another. Checks callers, routes nothing itself. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerOf, failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { BodyTooLong } from '@outrider/shared/http/body.js';
import { HttpGuard, type HttpRefusal } from '@outrider/shared/http/guard.js';
import { type HttpListener, listenHttp } from '@outrider/shared/http/listener.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Routes, routesOf } from './http-routes.js';
import type { Inside } from './inside.js';
import type { CoordinatorMetrics } from './metrics.js';
import { FleetFeed } from './fleet-feed.js';
import { FleetHistory } from './fleet-history.js';
import { feedOf, statusTo } from './socket-feeds.js';
import { StatusFeed } from './status-feed.js';
import { type Serve, Sockets } from './websocket.js';

export interface HttpOptions {
  readonly inside: Inside;
  readonly metrics: CoordinatorMetrics;
  readonly tokens: () => readonly string[];
  /** `HOST:PORT`s; REST (and the feeds at /ws). */
  readonly rest: readonly string[];
  /** `HOST:PORT`s; the status feed at /. */
  readonly live: readonly string[];
  /** Names of this machine that browsers may call it by. */
  readonly names: readonly string[];
  readonly onBug: (error: unknown, path: string) => void;
}

export interface HttpFaces {
  /** As bound, in the order of the options. */
  readonly rest: readonly string[];
  readonly live: readonly string[];
  close(): Promise<void>;
}

export async function startHttp(options: HttpOptions): Promise<HttpFaces> {
  const ports: number[] = [];
  const guard = new HttpGuard({
    daemon: 'coordinator',
    tokens: options.tokens,
    names: options.names,
    ports: () => ports,
  });
  const feed = new StatusFeed(options.inside);
  const fleetFeed = new FleetFeed(options.inside, feed, (error) => options.onBug(error, '/ws'));
  const history = new FleetHistory(options.inside);
  const sockets = new Sockets();
  const routes = routesOf({ inside: options.inside, feed, history, metrics: options.metrics, guard });
  const listeners: HttpListener[] = [];
  const close = async (): Promise<void> => {
    history.close();
    fleetFeed.close();
    feed.close();
    sockets.close();
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  const listen = async (address: string, handle: Handler, find: FindFeed): Promise<string> => {
    const listener = await listenHttp(address, handle, (request, socket, head) => {
      const found = guard.check(request) ?? find(request);
      if (typeof found === 'function') sockets.accept(request, socket, head, found);
      else refuseUpgrade(socket, found);
    });
    listeners.push(listener);
    ports.push(listener.port);
    return listener.address;
  };
  const parts = { inside: options.inside, status: feed, fleet: fleetFeed, guard };
  const findFeed: FindFeed = (request) => noFeed(request, '/ws') ?? feedOf(parts, request);
  const findStatus: FindFeed = (request) => noFeed(request, '/') ?? statusTo(feed);
  try {
    await Promise.all([feed.start(), fleetFeed.start()]);
    const rest: string[] = [];
    for (const address of options.rest)
      rest.push(await listen(address, restHandler(guard, routes, options.onBug), findFeed));
    const feeds: string[] = [];
    for (const address of options.live) feeds.push(await listen(address, liveHandler(guard), findStatus));
    return { rest, live: feeds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Handler = (request: IncomingMessage) => Promise<HttpAnswer>;
/** What a WebSocket is told, or why there is none. */
type FindFeed = (request: IncomingMessage) => Serve | HttpRefusal;

function restHandler(guard: HttpGuard, routes: Routes, onBug: HttpOptions['onBug']): Handler {
  return async (request) => {
    const refusal = guard.check(request);
    if (refusal !== undefined) return failure(refusal.status, refusal.reason);
    const url = urlOf(request);
    if (url === undefined) return failure(400, 'The path of the request is not well formed.');
    const methods = routes.at(url.pathname);
    if (methods === undefined) {
      return failure(404, `There is nothing at ${url.pathname}; there is ${routes.paths.join(', ')}.`);
    }
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = method === 'GET' || method === 'POST' ? methods[method] : undefined;
    if (route === undefined) {
      const allow = Object.keys(methods).join(', ');
      return { ...failure(405, `${url.pathname} takes ${allow}.`), headers: { allow } };
    }
    try {
      return await route(request);
    } catch (error) {
      if (error instanceof BodyTooLong) return failure(413, error.message);
      if (!(error instanceof OutriderError)) onBug(error, url.pathname);
      return answerOf(error);
    }
  };
}

const liveHandler =
  (guard: HttpGuard): Handler =>
  async (request) => {
    const refusal = guard.check(request);
    if (refusal !== undefined) return failure(refusal.status, refusal.reason);
    return {
      ...failure(426, 'Here is a WebSocket: every message is the whole status document.'),
      headers: { upgrade: 'websocket' },
    };
  };

function urlOf(request: IncomingMessage): URL | undefined {
  const path = request.url ?? '';
  if (!path.startsWith('/') || !URL.canParse(path, 'http://local')) return undefined;
  const url = new URL(path, 'http://local');
  return isText(url.pathname) ? url : undefined;
}

/** What stands in percent signs is UTF-8. */
function isText(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const noFeed = (request: IncomingMessage, feedPath: string): HttpRefusal | undefined =>
  urlOf(request)?.pathname === feedPath ? undefined : { status: 404, reason: `The WebSocket is at ${feedPath}.` };

function refuseUpgrade(socket: Duplex, { status, reason }: HttpRefusal): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  );
}
