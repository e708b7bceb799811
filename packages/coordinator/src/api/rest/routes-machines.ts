/** What machines look at: probes, scrapers, and whoever makes clients of the document. */
import { failure } from '@outrider/shared/http/answer.js';
import { formatHostPort } from '@outrider/shared/runtime/listen.js';
import { z } from 'zod';
import { targetOf } from '../../engine/metrics-target.js';
import { openapiOf } from './openapi.js';
import { type Asked, ok, type RestRoute, route } from './route.js';
import { Failure } from './shapes.js';
import { Targets } from './shapes-fleet.js';

const tag = 'machines';
const TEXT = { type: 'text/plain; charset=utf-8' };

const livez = route({
  ...{ method: 'GET', path: '/livez', tag, summary: 'Whether this process answers', parameters: {}, anyQuery: true },
  answers: { 200: { description: 'ok', shape: TEXT } },
  handle: () => ({ status: 200, body: 'ok\n', type: TEXT.type }),
});

const ready = route({
  ...{ method: 'GET', path: '/ready', tag, summary: 'Whether somebody leads and Redis answers' },
  ...{ parameters: {}, anyQuery: true },
  answers: {
    200: { description: 'They do.', shape: z.object({ ready: z.literal(true), leader: z.string() }) },
    503: { description: 'Why not.', shape: Failure },
  },
  handle: ({ inside }) => {
    const { leader, redis } = inside.rollouts.leadership();
    if (redis === 'down') return failure(503, 'Redis does not answer.');
    if (leader === '') return failure(503, 'No coordinator leads yet.');
    return ok({ ready: true, leader });
  },
});

const metrics = route({
  ...{ method: 'GET', path: '/metrics', tag, summary: 'For Prometheus', parameters: {}, anyQuery: true },
  answers: { 200: { description: 'In its text format.', shape: { type: 'text/plain; version=0.0.4; charset=utf-8' } } },
  handle: async (asked) => ({ status: 200, body: await asked.metrics.text(), type: asked.metrics.contentType }),
});

const sd = route({
  ...{ method: 'GET', path: '/sd', tag, summary: 'Prometheus HTTP service discovery', parameters: {}, anyQuery: true },
  answers: { 200: { description: 'This coordinator and every sidecar.', shape: Targets } },
  handle: (asked) => ok(targetsOf(asked)),
});

/** Our own metrics, where the question came in, and those of the sidecars. */
function targetsOf({ inside: { fleet, environment }, request }: Pick<Asked, 'inside' | 'request'>): readonly object[] {
  const { localAddress = '', localPort: port = 0 } = request.socket;
  const own = formatHostPort({ host: localAddress.replace(/^::ffff:/, ''), port });
  return [
    { targets: [own], labels: { environment } },
    ...fleet.hosts().map((host) => ({ targets: [targetOf(host)], labels: { host: host.name, environment } })),
  ];
}

/** `all`: every route that there is, this one among them. */
export function machineRoutes(all: () => readonly RestRoute[]): readonly RestRoute[] {
  let document: object | undefined;
  const openapi = route({
    ...{ method: 'GET', path: '/openapi.json', tag, summary: 'This document', parameters: {} },
    answers: { 200: { description: 'OpenAPI 3.1.', shape: z.record(z.string(), z.unknown()) } },
    handle: () => ok((document ??= openapiOf(all()))),
  });
  return [livez, ready, metrics, sd, openapi];
}
