/** What can be asked at the control socket, as data: method and path to an answer. Knows nothing of sockets and files. */
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { LogReader } from '../supervise/ports.js';
import { agentLogs } from './agent-logs.js';
import { agentRequestOf, type Body, logsAskOf, personRequestOf, revertRequestOf } from './control-requests.js';
import { agentOrderOf, scaleAskOf } from './grpc-requests.js';
import { latest } from './latest.js';
import type { AgentControl, HostControl } from './ports.js';
import { scaleAgent } from './scale.js';

/** Changes within this time are told together. */
const COALESCE_MS = 20;

export interface ControlSources {
  readonly host: Pick<HostControl, 'status' | 'onChange' | 'scale' | 'revertHere' | 'emergency' | 'resume'>;
  readonly agents: Pick<AgentControl, 'control' | 'instances' | 'logFile'>;
  readonly logs: LogReader;
  /** For people, coloured where they see colours, and as wide as their terminal; undefined: as wide as it is. */
  readonly statusText: (status: HostStatus, coloured: boolean, columns?: number) => string;
}

export interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Body;
}

export type ControlRoute = (request: ControlRequest) => Promise<HttpAnswer>;
type Act = (body: Body, query: URLSearchParams) => HttpAnswer | Promise<HttpAnswer>;

/** Of the terminal that it will be shown on. */
function columnsOf(query: URLSearchParams): number | undefined {
  const columns = query.get('columns') ?? '';
  return /^[1-9]\d{0,3}$/.test(columns) ? Number(columns) : undefined;
}

export function controlRoute({ host, agents, logs, statusText }: ControlSources): ControlRoute {
  const acts: Readonly<Record<string, Act>> = {
    'GET /status': () => ok(host.status()),
    'GET /status/text': (_, query) => ({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: `${statusText(host.status(), query.get('colour') === 'yes', columnsOf(query))}\n`,
    }),
    'GET /status/watch': () => ({
      status: 200,
      lines: (signal) =>
        latest({
          read: () => host.status(),
          onChange: (listener) => host.onChange(listener),
          coalesceMs: COALESCE_MS,
          signal,
        }),
    }),
    'POST /agents': async (body) => {
      const { host: name, apps, instances } = host.status();
      const request = agentRequestOf(body);
      if (request.action === 'scale') return ok({ instances: await scaleAgent(host, scaleAskOf(request, name)) });
      const order = agentOrderOf(request, name, instances);
      if (order.app !== '' && ![...apps, ...instances].some(({ app }) => app === order.app)) {
        const known = apps.map(({ app }) => app);
        throw new OutriderError('not_found', `No app ${order.app} on host ${name}.${didYouMean(order.app, known)}`);
      }
      return ok({ instances: await agents.control(order.app, order.agents, order.action, order.by) });
    },
    ...waysBack(host),
    'POST /logs': (body) => {
      const ask = logsAskOf(body);
      return {
        status: 200,
        lines: (signal) => agentLogs({ host: host.status().host, agents, reader: logs }, ask, signal),
      };
    },
  };
  return async ({ method, path, query, body }) => {
    const act = Object.hasOwn(acts, `${method} ${path}`) ? acts[`${method} ${path}`] : undefined;
    if (act !== undefined) return act(body, query);
    const other = Object.keys(acts).find((key) => key.endsWith(` ${path}`));
    if (other !== undefined) return failure(405, `${path} takes ${other.slice(0, other.indexOf(' '))}.`);
    return failure(404, `There is nothing at ${path.slice(0, 100)}; there is ${Object.keys(acts).join(', ')}.`);
  };
}

const waysBack = (host: ControlSources['host']): Readonly<Record<string, Act>> => ({
  'POST /revert': (body) => {
    const { app, by, reason } = revertRequestOf(body);
    return ok(host.revertHere(app, by, reason));
  },
  'POST /emergency': (body) => {
    const { by, reason } = personRequestOf(body);
    return ok(host.emergency(by, reason));
  },
  'POST /resume': (body) => ok(host.resume(personRequestOf(body).by)),
});

const ok = (body: unknown): HttpAnswer => ({ status: 200, body });
