/** The REST routes of 7777 and 7779. Each is a few lines; who may ask was checked before. */
import type { IncomingMessage } from 'node:http';
import { failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { readBody } from '@outrider/shared/http/body.js';
import type { HttpGuard } from '@outrider/shared/http/guard.js';
import { formatHostPort } from '@outrider/shared/runtime/listen.js';
import { pageOf } from '@outrider/shared/http/page.js';
import { rollbackAtLeader } from './emergency.js';
import { listErrors } from './http-errors.js';
import { controlRollout, listRollouts, oneRollout } from './http-rollouts.js';
import type { Inside } from './inside.js';
import type { CoordinatorMetrics } from './metrics.js';
import type { StatusFeed } from './status-feed.js';

export interface RouteParts {
  readonly inside: Inside;
  readonly feed: StatusFeed;
  readonly metrics: CoordinatorMetrics;
  readonly guard: HttpGuard;
}

const MOST_BODY_BYTES = 64 * 1024;
/** Where sidecars serve their metrics unless told otherwise. */
const METRICS_PORT = 8000;

type Route = (request: IncomingMessage) => Promise<HttpAnswer> | HttpAnswer;
type Methods = Readonly<Partial<Record<'GET' | 'POST', Route>>>;

export function routesOf(parts: RouteParts): Readonly<Record<string, Methods>> {
  const { inside, feed, metrics } = parts;
  return {
    '/': { GET: () => pageOf('coordinator') },
    '/status': { GET: async () => ({ status: 200, body: await feed.status() }) },
    '/health': { GET: () => ({ status: 200, body: feed.health() }) },
    '/rollback': { POST: (request) => trusted(request, parts, 202, rollbackAtLeader) },
    '/rollout': {
      GET: async (request) => ({ status: 200, body: await oneRollout(inside, queryOf(request)) }),
      POST: (request) => trusted(request, parts, 200, controlRollout),
    },
    '/rollouts': { GET: async (request) => ({ status: 200, body: await listRollouts(inside, queryOf(request)) }) },
    '/errors': { GET: async (request) => ({ status: 200, body: await listErrors(inside, queryOf(request)) }) },
    '/metrics': { GET: async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }) },
    '/livez': { GET: () => ({ status: 200, body: 'ok\n', type: 'text/plain; charset=utf-8' }) },
    '/ready': { GET: () => ready(inside) },
    '/sd': { GET: (request) => ({ status: 200, body: serviceDiscovery(inside, request) }) },
  };
}

type Change = (inside: Inside, body: Readonly<Record<string, unknown>>, by: string) => Promise<unknown>;

/** Whatever changes something needs the token. */
async function trusted(
  request: IncomingMessage,
  { inside, guard }: RouteParts,
  status: number,
  change: Change,
): Promise<HttpAnswer> {
  if (!guard.isTrusted(request)) {
    return {
      ...failure(401, 'This needs the token: "Authorization: Bearer TOKEN", from the file "token" in run_dir.'),
      headers: { 'www-authenticate': 'Bearer realm="outrider"' },
    };
  }
  const body = await readBody(request, MOST_BODY_BYTES);
  return { status, body: await change(inside, body, `HTTP ${request.url ?? ''}`) };
}

const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => new URL(url, 'http://local').searchParams;

function ready({ rollouts }: Inside): HttpAnswer {
  const { leader, redis } = rollouts.leadership();
  if (redis === 'down') return failure(503, 'Redis does not answer.');
  if (leader === '') return failure(503, 'No coordinator leads yet.');
  return { status: 200, body: { ready: true, leader } };
}

/** Prometheus HTTP service discovery: our own metrics, where the question came in, and those of the sidecars. */
function serviceDiscovery({ fleet, environment }: Inside, { socket }: IncomingMessage): readonly object[] {
  const { localAddress = '', localPort: port = 0 } = socket;
  const own = formatHostPort({ host: localAddress.replace(/^::ffff:/, ''), port });
  return [
    { targets: [own], labels: { environment } },
    ...fleet.hosts().map(({ name, address, metrics }) => ({
      targets: [metrics ?? formatHostPort({ host: address, port: METRICS_PORT })],
      labels: { host: name, environment },
    })),
  ];
}
