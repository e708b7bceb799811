/** Wire requests as the ports want them. What is missing is named here; what is wrong in it, by whoever obeys it. */
import type { Command__Output } from '@outrider/shared/gen/outrider/v1/Command.js';
import type { ControlAgentRequest__Output } from '@outrider/shared/gen/outrider/v1/ControlAgentRequest.js';
import type { LogsRequest__Output } from '@outrider/shared/gen/outrider/v1/LogsRequest.js';
import type { ReleaseRef__Output } from '@outrider/shared/gen/outrider/v1/ReleaseRef.js';
import type { TestHealthRequest__Output } from '@outrider/shared/gen/outrider/v1/TestHealthRequest.js';
import type { HealthLevel } from '@outrider/shared/domain/agent.js';
import { HEALTH_LEVELS, levelsUpTo } from '@outrider/shared/domain/health-result.js';
import type { InstanceStatus, StagePeer } from '@outrider/shared/domain/host.js';
import { isDigest, isName, NAME_RULE } from '@outrider/shared/domain/name.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { ON_LEASE_END, type OnLeaseEnd } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { NOT_BOTH, ONE_AGENT, WHICH_AGENTS } from '@outrider/shared/domain/agent-order.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { LogsAsk } from './agent-logs.js';
import type { ScaleAsk } from './scale.js';
import { AGENT_ACTIONS, type AgentAction, type HostCommand } from './ports.js';

export function commandOf(wire: Command__Output | null): HostCommand {
  const { app, fence, holder, rollout, by } = present(wire, 'command');
  const { epoch, rollout: seq, step } = present(fence, 'command.fence');
  return { app, holder, rollout, by, fence: { epoch, rollout: seq, step } };
}

export function releaseOf(wire: ReleaseRef__Output | null): ReleaseRef {
  const { version, digest, specDigest } = present(wire, 'release');
  return { version, digest, specDigest };
}

/** Both become paths. */
export function checkRelease({ app, release }: { readonly app: string; readonly release: ReleaseRef }): void {
  if (!isName(app)) throw invalid(`app must be ${NAME_RULE}.`);
  if (!isDigest(release.digest)) throw invalid('release.digest must be a sha256.');
}

const MOST_PEERS = 1_000;

export function peersOf(peers: readonly StagePeer[]): readonly StagePeer[] {
  if (peers.length > MOST_PEERS) throw invalid(`peers must be at most ${MOST_PEERS}.`);
  if (peers.some(({ host }) => !isName(host))) throw invalid(`peers.host must be ${NAME_RULE}.`);
  return peers;
}

/** Leaders of an earlier version know no policy. */
export function leaseEndOf(wire: string): OnLeaseEnd {
  if (wire === '') return 'revert';
  const known = ON_LEASE_END.find((word) => word === wire);
  if (known === undefined) throw invalid(`on_lease_end must be ${ON_LEASE_END.join(' or ')}.`);
  return known;
}

/** An emergency that is meant for another host must not be this one's. Throws `OutriderError('refused')`. */
export function checkPlace(
  meant: { readonly host: string; readonly environment: string },
  { host, environment }: { readonly host: string; readonly environment: string },
): void {
  const isHere = (meant.host === '' || meant.host === host) && ['', environment].includes(meant.environment);
  if (isHere) return;
  const other = `${meant.host.slice(0, 63)}${meant.environment === '' ? '' : ` of ${meant.environment.slice(0, 63)}`}`;
  throw new OutriderError('refused', `This is ${host} of ${environment}, not ${other}. Nothing was changed.`);
}

/** `agent` is how callers of one agent said it before there could be several. */
export const logsAskOf = ({ agent, agents, since, ...rest }: LogsRequest__Output): LogsAsk => ({
  ...{ app: rest.app, host: rest.host, follow: rest.follow, lines: rest.lines, since },
  agents: [...new Set([...(agent === '' ? [] : [agent]), ...agents])],
});

export interface AgentOrder {
  readonly app: string;
  /** Empty: all of them, which was said. */
  readonly agents: readonly string[];
  readonly action: AgentAction;
  readonly by: string;
}

/** @throws OutriderError('not_found') where this host has no such agent. */
export function agentOrderOf(
  wire: ControlAgentRequest__Output,
  host: string,
  instances: readonly Pick<InstanceStatus, 'app' | 'agent'>[],
): AgentOrder {
  const action = AGENT_ACTIONS.find((word) => word === wire.action);
  if (action === undefined) {
    throw invalid(`action must be start, stop, restart or scale, not ${JSON.stringify(wire.action.slice(0, 40))}.`);
  }
  checkOrder(wire, host);
  if (wire.agents.length === 0 && !wire.all) throw invalid(WHICH_AGENTS);
  if (wire.agents.length > 0 && wire.all) throw invalid(NOT_BOTH);
  const known = new Set(instances.filter((one) => wire.app === '' || one.app === wire.app).map((one) => one.agent));
  for (const agent of wire.agents) {
    if (!isName(agent)) throw invalid(`agents: a name must be ${NAME_RULE}.`);
    if (!known.has(agent)) {
      throw new OutriderError('not_found', `No agent ${agent} on host ${host}.${didYouMean(agent, [...known])}`);
    }
  }
  return { app: wire.app, agents: [...new Set(wire.agents)], action, by: byOf(wire) };
}

/** Whether there is such an agent is for the host to say: it may have none of its instances now. */
export function scaleAskOf(wire: ControlAgentRequest__Output, host: string): ScaleAsk {
  checkOrder(wire, host);
  const [agent] = wire.agents;
  if (agent === undefined || wire.agents.length > 1 || wire.all) throw invalid(ONE_AGENT);
  if (!isName(agent)) throw invalid(`agents: a name must be ${NAME_RULE}.`);
  if (wire.replicas === undefined) throw invalid('replicas is missing: how many instances there should be.');
  return { app: wire.app, agent, replicas: wire.replicas, by: byOf(wire) };
}

function checkOrder(wire: Pick<ControlAgentRequest__Output, 'app' | 'host'>, host: string): void {
  if (wire.app !== '' && !isName(wire.app)) throw invalid(`app must be ${NAME_RULE}.`);
  if (wire.host === '' || wire.host === host) return;
  throw new OutriderError('not_found', `This is host ${host}, not ${wire.host.slice(0, 63)}.`);
}

const byOf = ({ by }: Pick<ControlAgentRequest__Output, 'by'>): string => by.slice(0, 200) || 'unknown';

function present<T>(value: T | null, name: string): T {
  if (value === null) throw invalid(`${name} is missing.`);
  return value;
}

const invalid = (sentence: string): OutriderError => new OutriderError('invalid', sentence);

/** `level` '': all of them. */
export function healthAskOf(
  { app, agent, host: meant, level }: TestHealthRequest__Output,
  host: string,
): { readonly app: string; readonly agent: string; readonly levels: readonly HealthLevel[] } {
  if (meant !== '' && meant !== host) throw invalid(`This is ${host}, not ${meant.slice(0, 63)}.`);
  const known = HEALTH_LEVELS.find((word) => word === level);
  if (level !== '' && known === undefined) throw invalid(`level must be one of ${HEALTH_LEVELS.join(', ')}.`);
  return { app, agent, levels: levelsUpTo(known ?? 'performance') };
}

/** As a fleet has hosts: nobody has this host call on half of the network. */
const MOST_ENDPOINTS = 2_000;

export function endpointsOf(endpoints: readonly string[]): readonly string[] {
  const wrong = endpoints.find((endpoint) => parseHostPort(endpoint) === undefined);
  if (wrong !== undefined) throw new OutriderError('invalid', `endpoints: ${JSON.stringify(wrong)} is no HOST:PORT.`);
  if (endpoints.length > MOST_ENDPOINTS) throw new OutriderError('invalid', `endpoints: at most ${MOST_ENDPOINTS}.`);
  return endpoints;
}
