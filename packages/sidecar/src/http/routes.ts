/** What can be asked of a sidecar over HTTP, as data: path and method to answer. Knows nothing of sockets. */
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { hostHealth } from '@outrider/shared/domain/host-health.js';
import { failure, type HttpAnswer } from '@outrider/shared/http/answer.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import { AGENT_ACTIONS, type AgentControl } from '../link/ports.js';
import { page } from './page.js';

export interface RouteInput {
  /** Well-formed path segments, decoded: `['health', 'vision']`. */
  readonly path: readonly string[];
  readonly method: 'GET' | 'POST';
  /** Whether the caller has shown the token. */
  readonly trusted: boolean;
}

export type Route = (input: RouteInput) => Promise<HttpAnswer>;

export interface HealthSource {
  readonly status: () => HostStatus;
}

/** The host as a whole and each agent: the same on the ports for people and for metrics. */
export function healthRoute({ status }: HealthSource, path: readonly string[]): HttpAnswer | undefined {
  const [first, agent, ...more] = path;
  if (first === 'ready' && agent === undefined) return ready(status());
  if (first !== 'health' || more.length > 0) return undefined;
  return agent === undefined ? health(status()) : agentHealth(status(), agent);
}

function health(status: HostStatus): HttpAnswer {
  const { healthy, total, well, bad, noted, sentence } = hostHealth(status);
  return {
    status: healthy ? 200 : 503,
    body: {
      host: status.host,
      status: healthy ? 'healthy' : 'unhealthy',
      detail: sentence,
      agents: { total, healthy: well },
      bad,
      noted,
      apps: status.apps.map(({ app, phase, active, candidate }) => ({
        app,
        phase,
        ...(active === undefined ? {} : { version: active.version }),
        ...(candidate === undefined ? {} : { candidate: candidate.version }),
      })),
    },
  };
}

/** Ready: everything that should run here is. */
function ready(status: HostStatus): HttpAnswer {
  const waiting = status.apps.filter((app) => !app.converged).map((app) => `${app.app}: ${app.waitingFor}`);
  return {
    status: waiting.length === 0 ? 200 : 503,
    body: { host: status.host, ready: waiting.length === 0, waiting_for: waiting },
  };
}

function agentHealth(status: HostStatus, agent: string): HttpAnswer {
  const instances = status.instances.filter((one) => one.agent === agent);
  if (instances.length === 0) return unknownAgent(status, agent);
  const { bad } = hostHealth({ instances });
  const well = bad.length === 0;
  return {
    status: well ? 200 : 503,
    body: {
      host: status.host,
      agent,
      status: well ? 'healthy' : 'unhealthy',
      ready: instances.every((one) => one.ready),
      instances: instances.map(shown),
    },
  };
}

function shown(one: InstanceStatus): object {
  const { app, instance, incarnation, version, state, ready, pid, restarts, since, reason, healthScore } = one;
  return { app, instance, incarnation, version, state, ready, pid, restarts, since, reason, health_score: healthScore };
}

function unknownAgent(status: HostStatus, agent: string): HttpAnswer {
  const names = [...new Set(status.instances.map((one) => one.agent))];
  return failure(404, `No agent ${agent.slice(0, 63)} on host ${status.host}.${didYouMean(agent, names)}`);
}

/** The port for people and monitors. */
export function sidecarRoutes(source: HealthSource, agents: Pick<AgentControl, 'control'>): Route {
  return async ({ path, method, trusted }) => {
    const [first, agent, word] = path;
    if (first === 'agents' && path.length === 3 && agent !== undefined) {
      const action = AGENT_ACTIONS.find((known) => known === word);
      if (action === undefined) return nothingAt(path, SIDECAR_PATHS);
      if (method !== 'POST') return notAllowed(path, 'POST');
      if (!trusted) return NEEDS_TOKEN;
      const status = source.status();
      if (!status.instances.some((one) => one.agent === agent)) return unknownAgent(status, agent);
      const instances = await agents.control('', [agent], action, 'http');
      return { status: 200, body: { host: status.host, agent, action, instances: instances.map(shown) } };
    }
    if (path.length === 0 && method === 'GET') return page();
    return answerHealth(source, path, method, SIDECAR_PATHS);
  };
}

/** The port for Prometheus. */
export function metricsRoutes(
  source: HealthSource,
  metrics: { text(): Promise<string>; readonly type: string },
): Route {
  return async ({ path, method }) => {
    if (path.length !== 1 || path[0] !== 'metrics') return answerHealth(source, path, method, METRICS_PATHS);
    if (method !== 'GET') return notAllowed(path, 'GET');
    return { status: 200, type: metrics.type, body: await metrics.text() };
  };
}

function answerHealth(source: HealthSource, path: readonly string[], method: string, known: string): HttpAnswer {
  if (path.length === 0) {
    return method === 'GET'
      ? { status: 200, body: { host: source.status().host, paths: known.split(', ') } }
      : notAllowed(path, 'GET');
  }
  const answer = healthRoute(source, path);
  if (answer === undefined) return nothingAt(path, known);
  return method === 'GET' ? answer : notAllowed(path, 'GET');
}

const SIDECAR_PATHS = '/health, /health/AGENT, /ready, /agents/AGENT/start, /agents/AGENT/stop, /agents/AGENT/restart';
const METRICS_PATHS = '/metrics, /health, /health/AGENT, /ready';

const NEEDS_TOKEN: HttpAnswer = {
  ...failure(
    401,
    'This needs the token: "Authorization: Bearer TOKEN", from the file "token" in the run_dir of the sidecar.',
  ),
  headers: { 'www-authenticate': 'Bearer' },
};

const nothingAt = (path: readonly string[], known: string): HttpAnswer =>
  failure(404, `There is nothing at /${path.join('/').slice(0, 100)}; there is ${known}.`);

const notAllowed = (path: readonly string[], allow: string): HttpAnswer => ({
  ...failure(405, `/${path.join('/').slice(0, 100)} takes ${allow}.`),
  headers: { allow },
});
