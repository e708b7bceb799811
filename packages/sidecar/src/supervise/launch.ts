/** Prepares what the process of one incarnation is started with. Opens nothing, starts nothing. */
import { resolve } from 'node:path';
import type { HostAgent, SocketSpec } from '@outrider/shared/domain/agent.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type InstanceFacts, agentEnvironment, inheritable, ownVariables } from '../agent/environment.js';
import { fillAgent } from '../agent/placeholders.js';
import type { Origin } from './instance-record.js';
import type { Confinement, Credentials } from './ports.js';
import type { SupervisorParts } from './supervisor-parts.js';

export interface Launch {
  /** With every `${OUTRIDER_...}` filled in. */
  readonly agent: HostAgent;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly confinement: Confinement;
}

export interface Launched {
  readonly app: string;
  readonly spec: HostAgent;
  readonly origin: Origin;
  readonly index: number;
  readonly incarnation: string;
  readonly bus: string;
  readonly notify: string;
}

type Parts = Pick<SupervisorParts, 'host' | 'ownEnvironment'>;

/** @throws OutriderError('invalid') where a string names something that no host knows. */
export function prepareLaunch(parts: Parts, what: Launched, confinement: Confinement): Launch {
  const facts = factsOf(what);
  const filled = fillAgent(what.spec, ownVariables(parts.host, facts));
  if ('problem' in filled) throw new OutriderError('invalid', filled.problem);
  const { agent } = filled;
  return {
    agent,
    env: agentEnvironment(parts.host, facts, agent.environment, {
      ...inheritable(parts.ownEnvironment),
      ...userVariables(confinement.user),
    }),
    cwd: resolve(what.origin.tree, agent.workingDir),
    confinement,
  };
}

/** As a login would set them. */
const userVariables = (user: Credentials | undefined): Record<string, string> =>
  user?.name === undefined
    ? {}
    : { USER: user.name, LOGNAME: user.name, HOME: user.home ?? '/', SHELL: user.shell ?? '/bin/sh' };

/** The sockets that an agent declares for all of its instances; none where they can't be told before a start. */
export function declaredSockets(parts: Parts, app: string, spec: HostAgent, origin: Origin): readonly SocketSpec[] {
  return Array.from({ length: spec.replicas }, (_, index) => socketsOf(parts, { app, spec, origin, index })).flat();
}

/** The same, of one instance. */
export function socketsOf(
  parts: Parts,
  { app, spec, origin, index }: Pick<Launched, 'app' | 'spec' | 'origin' | 'index'>,
): readonly SocketSpec[] {
  if (spec.sockets.length === 0) return [];
  const facts = factsOf({ app, spec, origin, index, incarnation: '', bus: '', notify: '' });
  const filled = fillAgent(spec, ownVariables(parts.host, facts));
  return 'agent' in filled ? filled.agent.sockets : [];
}

const factsOf = ({ app, spec, origin, index, incarnation, bus, notify }: Launched): InstanceFacts => ({
  app,
  agent: spec.name,
  index,
  incarnation,
  version: origin.version,
  environment: origin.environment,
  hosts: origin.hosts,
  bus,
  notify,
  ...watchdogOf(spec),
});

/** Where several are declared, the shortest. */
function watchdogOf({ healthchecks }: HostAgent): { readonly watchdogMs?: number } {
  const declared = healthchecks.flatMap(({ method }) => (method.kind === 'notify' ? (method.watchdogMs ?? []) : []));
  return declared.length === 0 ? {} : { watchdogMs: Math.min(...declared) };
}
