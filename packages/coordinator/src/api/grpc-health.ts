/** outrider.v1.Coordinator: checks that are run now, the fleet's health, and its history. */
import { HEALTH_LEVELS, type HealthResult } from '@outrider/shared/domain/health-result.js';
import { fleetHealth } from '@outrider/shared/domain/health-score.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { HealthTrend__Output } from '@outrider/shared/gen/outrider/v1/HealthTrend.js';
import type { TestHealthRequest__Output } from '@outrider/shared/gen/outrider/v1/TestHealthRequest.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import type { FleetHost } from '../engine/ports.js';
import { hostNamed } from './agents-on-hosts.js';
import { oneOf, optionalName, refuse, requiredName } from './fields.js';
import type { Inside } from './inside.js';
import { instancesOf } from './read-model.js';

const MOST_LINES = 2_000;

type Methods = 'TestHealth' | 'HealthReport' | 'HealthHistory';

export const healthMethods = (inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> => ({
  TestHealth: async (request, { signal }) => ({ results: [...(await testHealth(inside, request, signal))] }),
  HealthReport: async (request, { signal }) => {
    const [app, agent] = [optionalName('app', request.app), optionalName('agent', request.agent)];
    const hosts = hostsOf(inside, optionalName('host', request.host));
    if (agent !== '') appsWith(inside, hosts, app, agent);
    const isMeant = (one: { readonly app: string; readonly agent: string }): boolean =>
      (app === '' || one.app === app) && (agent === '' || one.agent === agent);
    const instances = hosts.flatMap(({ name }) => instancesOf(inside.fleet, name).filter(isMeant));
    const { trends, problems } = await trendsOf(inside, hosts, signal);
    const { agents, ...fleet } = fleetHealth(instances);
    return {
      ...fleet,
      agents: agents.map((one) => ({ ...one, hosts: [...one.hosts], reasons: [...one.reasons] })),
      trends: trends.filter((one) => (app === '' && agent === '') || isMeant(one)),
      problems,
    };
  },
  HealthHistory: async (request) => {
    const agent = requiredName('agent', request.agent);
    const host = optionalName('host', request.host);
    const { lines } = request;
    if (lines < 0 || lines > MOST_LINES) refuse('lines', `expected is a number from 0 to ${MOST_LINES}`);
    const app = optionalName('app', request.app) || (await appWithHistory(inside, agent));
    return { results: [...(await inside.health.last(app, agent, lines === 0 ? 10 : lines, host))] };
  },
});

const hostsOf = (inside: Inside, name: string): readonly FleetHost[] =>
  name === '' ? inside.fleet.hosts() : [hostNamed(inside, name)];

/** On all hosts at once. A host that can't be asked is a bad answer, not a missing one. */
async function testHealth(
  inside: Inside,
  request: TestHealthRequest__Output,
  signal: AbortSignal,
): Promise<readonly HealthResult[]> {
  const ask = { app: optionalName('app', request.app), agent: optionalName('agent', request.agent) };
  const level = request.level === '' ? 'performance' : oneOf('level', request.level, HEALTH_LEVELS);
  const hosts = hostsOf(inside, optionalName('host', request.host));
  if (ask.agent !== '') appsWith(inside, hosts, ask.app, ask.agent);
  const answers = await Promise.all(
    hosts.map(async (host): Promise<readonly HealthResult[]> => {
      try {
        return await inside.sidecars.testHealth(host, { ...ask, level }, signal);
      } catch (error) {
        return unasked(inside, host, ask, messageOf(error));
      }
    }),
  );
  return answers.flat();
}

/** Whatever was to be asked there is not known. */
function unasked(
  inside: Inside,
  host: FleetHost,
  ask: { readonly app: string; readonly agent: string },
  reason: string,
): readonly HealthResult[] {
  const at = rfc3339(inside.clock.now());
  const lost = instancesOf(inside.fleet, host.name).filter(
    ({ app, agent, kept }) =>
      kept !== true && (ask.app === '' || app === ask.app) && (ask.agent === '' || agent === ask.agent),
  );
  return lost.map(({ app, agent, instance, critical }) => ({
    ...{ at, host: host.name, app, agent, instance, level: 'basic', probe: 'process', status: 'unknown' },
    ...{ reason: `${host.name} was not asked: ${reason}`, critical },
  }));
}

type Named = { readonly app: string; readonly agent: string };

const agentsOf = (inside: Inside, hosts: readonly FleetHost[], app: string): readonly Named[] =>
  hosts.flatMap((host) => instancesOf(inside.fleet, host.name)).filter((one) => app === '' || one.app === app);

const appsOf = (known: readonly Named[], agent: string): readonly string[] => [
  ...new Set(known.filter((one) => one.agent === agent).map((one) => one.app)),
];

/** Apps that have an agent of this name. @throws OutriderError('not_found') where none has. */
function appsWith(inside: Inside, hosts: readonly FleetHost[], app: string, agent: string): readonly string[] {
  const known = agentsOf(inside, hosts, app);
  const apps = appsOf(known, agent);
  if (apps.length === 0) throw unknownAgent(agent, known);
  return apps;
}

function unknownAgent(agent: string, known: readonly Named[]): OutriderError {
  const names = [...new Set(known.map((one) => one.agent))].sort();
  const list = names.length === 0 ? ' There are none.' : ` There are ${names.join(', ')}.`;
  return new OutriderError('not_found', `There is no agent ${agent}.${didYouMean(agent, names) || list}`);
}

/** The app whose agent is meant: of those that run; where none does, of those of which a history is kept. */
async function appWithHistory(inside: Inside, agent: string): Promise<string> {
  const known = agentsOf(inside, inside.fleet.hosts(), '');
  const running = appsOf(known, agent);
  const apps = running.length > 0 ? running : await inside.health.appsWith(agent);
  const [app, ...others] = apps;
  if (app === undefined) throw unknownAgent(agent, known);
  const have = running.length > 0 ? `have an agent ${agent}` : `had an agent ${agent}`;
  if (others.length > 0) refuse('app', `${apps.join(', ')} each ${have}; name one of them (--app)`);
  return app;
}

async function trendsOf(
  inside: Inside,
  hosts: readonly FleetHost[],
  signal: AbortSignal,
): Promise<{ readonly trends: HealthTrend__Output[]; readonly problems: string[] }> {
  const problems: string[] = [];
  const all = await Promise.all(
    hosts.map(async (host) => {
      try {
        return await inside.sidecars.trends(host, signal);
      } catch (error) {
        problems.push(`${host.name} was not asked for trends: ${messageOf(error)}`);
        return [];
      }
    }),
  );
  const trends = all.flat().sort((a, b) => a.hours - b.hours);
  return { trends, problems };
}
