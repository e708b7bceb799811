/** outrider.v1.Coordinator: the fleet as it is, its agents' control and logs. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { ControlAgentRequest__Output } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import { writeInstanceStatus } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { FleetHost } from '../engine/ports.js';
import { names, oneOf, optionalName, refuse, requiredName, who } from './fields.js';
import type { Inside } from './inside.js';
import { merge } from './merge.js';
import { appsOf, appsOfHost, currentRollout, fleetState, instancesOf, versionOf } from './read-model.js';
import type { LogAsk, LogLine } from './sidecars.js';

const MOST_LINES = 100_000;
const TRY_AGAIN_MS = 500;

type Methods = 'Status' | 'Hosts' | 'Agents' | 'ControlAgent' | 'Logs';

export function fleetMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { fleet } = inside;
  return {
    Status: () => status(inside),
    Hosts: async () => ({
      hosts: fleet.hosts().map((host) => ({
        name: host.name,
        address: host.address,
        state: host.state,
        labels: { ...host.labels },
        sidecar: host.status?.sidecar ?? null,
        apps: [...appsOfHost(host)],
      })),
    }),
    Agents: async ({ host }) => {
      const name = optionalName('host', host);
      if (name !== '') hostNamed(inside, name);
      return { instances: instancesOf(fleet, name).map(writeInstanceStatus) };
    },
    ControlAgent: (request, { signal }) => control(inside, request, signal),
    Logs: async function* (request, { signal }) {
      const agent = requiredName('agent', request.agent);
      if (request.lines < 0 || request.lines > MOST_LINES)
        refuse('lines', `expected is a number from 0 to ${MOST_LINES}`);
      const ask = { app: optionalName('app', request.app), agent, follow: request.follow, lines: request.lines };
      const hosts = hostsWith(inside, ask.app, [agent], optionalName('host', request.host));
      const own = new AbortController();
      const both = AbortSignal.any([signal, own.signal]);
      try {
        yield* merge(hosts.map(({ host }) => logsOf(inside, host, ask, both)));
      } finally {
        own.abort();
      }
    },
  };
}

async function control(
  inside: Inside,
  request: ControlAgentRequest__Output,
  signal: AbortSignal,
): Promise<{ instances: ReturnType<typeof writeInstanceStatus>[] }> {
  const order = {
    app: optionalName('app', request.app),
    agents: names('agents', request.agents),
    action: oneOf('action', request.action, ['start', 'stop', 'restart']),
    by: who(request.by),
  };
  const hosts = hostsWith(inside, order.app, order.agents, optionalName('host', request.host));
  const answers = await Promise.allSettled(
    hosts.map(({ host, agents }) => inside.sidecars.control(host, { ...order, agents }, signal)),
  );
  const failed = answers.flatMap((answer, index) =>
    answer.status === 'rejected' ? [`${hosts[index]?.host.name ?? ''}: ${messageOf(answer.reason)}`] : [],
  );
  if (failed.length > 0) throw new OutriderError('unavailable', `${order.action} failed: ${failed.join(' ')}`);
  const instances = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  return { instances: instances.map(writeInstanceStatus) };
}

/** Lines of one host; while following, a sidecar that went away is asked again when it is back. */
async function* logsOf(inside: Inside, host: FleetHost, ask: LogAsk, signal: AbortSignal): AsyncGenerator<LogLine> {
  for (let lines = ask.lines; !signal.aborted; lines = 0) {
    try {
      yield* inside.sidecars.logs(host, { ...ask, lines }, signal);
      if (!ask.follow) return;
    } catch (error) {
      const isAway = error instanceof OutriderError && error.code === 'unavailable';
      if (!ask.follow || !isAway) throw error;
      // The loop ends where the caller has gone.
    }
    await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

function hostNamed({ fleet }: Inside, name: string): FleetHost {
  const known = fleet.hosts().map((host) => host.name);
  return (
    fleet.host(name) ??
    refuse('host', `${name} is no host of this fleet; it has ${known.length === 0 ? 'none' : known.join(', ')}`)
  );
}

interface Share {
  readonly host: FleetHost;
  readonly agents: readonly string[];
}

/** The hosts that have any of these agents, each with those it has. No agents: every host, all of its agents. */
function hostsWith(inside: Inside, app: string, agents: readonly string[], only: string): readonly Share[] {
  const candidates = only === '' ? inside.fleet.hosts() : [hostNamed(inside, only)];
  const has = (host: FleetHost): readonly InstanceStatus[] =>
    (host.status?.instances ?? []).filter((instance) => app === '' || instance.app === app);
  if (agents.length === 0) {
    return candidates.filter((host) => has(host).length > 0).map((host) => ({ host, agents: [] }));
  }
  const everywhere = new Set(candidates.flatMap((host) => has(host).map((instance) => instance.agent)));
  const unknown = agents.find((agent) => !everywhere.has(agent));
  if (unknown !== undefined) {
    const where = only === '' ? '' : ` on ${only}`;
    const list = everywhere.size === 0 ? 'There are none.' : `There are ${[...everywhere].sort().join(', ')}.`;
    throw new OutriderError('not_found', `There is no agent ${unknown}${where}. ${list}`);
  }
  return candidates.flatMap((host) => {
    const here = new Set(has(host).map((instance) => instance.agent));
    const mine = agents.filter((agent) => here.has(agent));
    return mine.length === 0 ? [] : [{ host, agents: mine }];
  });
}

type FleetStatus = Awaited<ReturnType<Service<CoordinatorHandlers>['Status']>>;

async function status(inside: Inside): Promise<FleetStatus> {
  const { fleet, rollouts, releases } = inside;
  const { leader, redis } = rollouts.leadership();
  const { state, missing } = fleetState(fleet);
  const instances = instancesOf(fleet);
  const names = new Set([...appsOf(fleet), ...(await releases.list()).map((release) => release.app)]);
  const apps = await Promise.all(
    [...names].sort().map(async (app) => {
      const version = versionOf(fleet, app);
      const rollout = currentRollout(await rollouts.list(app, 20).catch(() => []));
      return {
        app,
        ...(version === undefined ? {} : { version }),
        ...(rollout === undefined ? {} : { rollout: rollout.id, phase: rollout.phase }),
      };
    }),
  );
  return {
    environment: inside.environment,
    state,
    missing: [...missing],
    leader,
    redis,
    hostsTotal: fleet.hosts().length,
    hostsUp: fleet.hosts().filter((host) => host.state === 'up').length,
    agentsTotal: instances.length,
    agentsReady: instances.filter((instance) => instance.ready).length,
    apps,
  };
}
