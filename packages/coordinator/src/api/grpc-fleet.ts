/** outrider.v1.Coordinator: the fleet as it is, its agents' control and logs. */
import { NOT_BOTH, ONE_AGENT, WHICH_AGENTS } from '@outrider/shared/domain/agent-order.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { waitsFor } from '@outrider/shared/domain/rollout-waits.js';
import { MOST_REPLICAS } from '@outrider/shared/domain/scaling.js';
import type { ControlAgentRequest__Output } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { Host } from '@outrider/shared/gen/outrider/v1/Host.js';
import { writeInstanceStatus } from '@outrider/shared/rpc/codec.js';
import type { Service } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { FleetHost } from '../engine/ports.js';
import { control, hostNamed, logs } from './agents-on-hosts.js';
import { names, oneOf, optionalName, refuse, who } from './fields.js';
import { isHeld } from './held-hosts.js';
import type { Drift } from '../rollout/drift.js';
import type { Inside } from './inside.js';
import {
  appsOf,
  appsOfHost,
  currentRollout,
  digestsOf,
  fleetState,
  instancesOf,
  isInUse,
  keptAgents,
  onTrial,
  scaledAgents,
  versionOf,
} from './read-model.js';

/** As many as a sidecar gives. */
const MOST_LINES = 10_000;

type Methods = 'Status' | 'Hosts' | 'Agents' | 'ControlAgent' | 'Logs';

export function fleetMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { fleet } = inside;
  return {
    Status: () => status(inside),
    Hosts: async () => ({
      environment: inside.environment,
      tokenFile: inside.fleetTokenFile,
      hosts: fleet.hosts().map((host) => hostOf(inside, host)),
    }),
    Agents: async ({ host }) => {
      const name = optionalName('host', host);
      if (name !== '') hostNamed(inside, name);
      return { instances: instancesOf(fleet, name).map(writeInstanceStatus), scaled: [...scaledAgents(fleet, name)] };
    },
    ControlAgent: async (request, { signal }) => {
      const action = oneOf('action', request.action, ['start', 'stop', 'restart', 'scale']);
      if (request.agents.length === 0 && !request.all) throw new OutriderError('invalid', WHICH_AGENTS);
      if (request.agents.length > 0 && request.all) throw new OutriderError('invalid', NOT_BOTH);
      const order = {
        app: optionalName('app', request.app),
        agents: names('agents', request.agents),
        ...(action === 'scale' ? { action, replicas: replicasOf(request) } : { action }),
        by: who(request.by),
      };
      const { instances, skipped } = await control(inside, order, optionalName('host', request.host), signal);
      return { instances: instances.map(writeInstanceStatus), skipped: [...skipped] };
    },
    Logs: async function* (request, { signal }) {
      const { agent, follow, lines, since } = request;
      const all = request.agents.includes(agent) || agent === '' ? request.agents : [agent, ...request.agents];
      const agents = names('agents', all);
      if (agents.length === 0) refuse('agents', 'none is named');
      if (lines < 0 || lines > MOST_LINES) refuse('lines', `expected is a number from 0 to ${MOST_LINES}`);
      if (!Number.isSafeInteger(since) || since < 0) refuse('since', 'expected are milliseconds since 1970');
      const ask = { app: optionalName('app', request.app), agents, follow, lines, since };
      yield* logs(inside, ask, optionalName('host', request.host), signal);
    },
  };
}

const hostOf = (inside: Inside, host: FleetHost): Host => ({
  name: host.name,
  address: host.address,
  state: host.state,
  labels: { ...host.labels },
  sidecar: host.status?.sidecar ?? null,
  apps: appsOfHost(host).map((app) => ({ ...app, drifted: driftOn(inside, host.name, app.app) })),
  endpoint: host.endpoint,
  hold: host.status?.hold ?? null,
  cutOff: host.cutOff === true,
  flapping: host.flapping === true,
  system: host.state === 'down' ? null : (host.status?.system ?? null),
});

const driftOn = ({ drifts }: Inside, host: string, app: string): Drift | null =>
  drifts?.().find((drift) => drift.host === host && drift.app === app) ?? null;

/** Whether it is within the agent's bounds is for its hosts to say. */
function replicasOf({ agents, replicas }: Pick<ControlAgentRequest__Output, 'agents' | 'replicas'>): number {
  if (agents.length !== 1) throw new OutriderError('invalid', ONE_AGENT);
  if (replicas === undefined) return refuse('replicas', 'it is missing');
  if (replicas < 0 || replicas > MOST_REPLICAS) refuse('replicas', `expected is a number from 0 to ${MOST_REPLICAS}`);
  return replicas;
}

function rolloutInStatus(
  rollout: Rollout,
  explained: string,
): { readonly rollout: string; readonly phase: string; readonly explained: string; readonly waitsFor?: string } {
  const waits = waitsFor(rollout);
  return { rollout: rollout.id, phase: rollout.phase, explained, ...(waits === undefined ? {} : { waitsFor: waits }) };
}

type FleetStatus = Awaited<ReturnType<Service<CoordinatorHandlers>['Status']>>;

async function status(inside: Inside): Promise<FleetStatus> {
  const { fleet, rollouts, releases } = inside;
  const { leader, redis } = rollouts.leadership();
  const drifted = inside.drifts?.() ?? [];
  const { state, missing } = fleetState(fleet, drifted);
  const instances = instancesOf(fleet).filter(isInUse);
  const names = new Set([...appsOf(fleet), ...(await releases.list()).map((release) => release.app)]);
  const apps = await Promise.all(
    [...names].sort().map(async (app) => {
      const version = versionOf(fleet, app);
      const rollout = currentRollout(await rollouts.list(app, 20).catch(() => []));
      return {
        ...{ app, kept: keptAgents(fleet, app), onTrial: onTrial(fleet, app), ...digestsOf(fleet, app) },
        ...(version === undefined ? {} : { version }),
        ...(rollout === undefined ? {} : rolloutInStatus(rollout, rollouts.explain(rollout))),
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
    held: fleet
      .hosts()
      .filter(isHeld)
      .map((host) => host.name),
    drifted: [...drifted],
    flapping: fleet
      .hosts()
      .filter(({ flapping }) => flapping === true)
      .map(({ name }) => name),
  };
}
