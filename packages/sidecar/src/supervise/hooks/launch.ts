/** Prepares what the program of a hook is started with: as an agent would be, without what only agents have. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HookAsk } from '@outrider/shared/domain/hook.js';
import { agentEnvironment, type HostFacts, inheritable } from '../../agent/environment.js';
import type { Confinement } from '../ports.js';
import type { HookPlace } from './ports.js';

export interface HookSurroundings {
  readonly host: HostFacts;
  readonly environment: string;
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  /** URL for programs that are no agents. */
  readonly bus: string;
}

/** What limits and secrets are asked about. */
export const agentOf = ({ hook, command, user, secrets }: HookAsk): HostAgent => ({
  ...{ name: hook, command, hosts: [], replicas: 1, environment: {}, workingDir: '.', dependsOn: [], files: [] },
  ...{ healthchecks: [], restart: { kind: 'no' }, stopSignal: 'SIGTERM', stopGraceMs: 0, order: 'stop-first' },
  ...{ parallelism: 1, sockets: [], fingerprint: '' },
  ...(user === undefined ? {} : { user }),
  ...(secrets.length === 0 ? {} : { secrets }),
});

export function environmentOf(
  ask: HookAsk,
  incarnation: string,
  place: HookPlace,
  { user }: Confinement,
  { host, environment, ownEnvironment, bus }: HookSurroundings,
): Record<string, string> {
  const facts = { agent: '', index: 0, incarnation, environment, hosts: place.hosts, bus, notify: '' };
  const login = user?.name === undefined ? {} : { USER: user.name, LOGNAME: user.name, HOME: user.home ?? '/' };
  const {
    OUTRIDER_AGENT: _agent,
    OUTRIDER_INSTANCE: _instance,
    NOTIFY_SOCKET: _notify,
    ...variables
  } = agentEnvironment(
    host,
    { ...facts, app: ask.app, version: ask.release.version },
    {},
    { ...inheritable(ownEnvironment), ...login },
  );
  return {
    ...variables,
    OUTRIDER_ROLLOUT: ask.rollout,
    OUTRIDER_HOOK: ask.hook,
    OUTRIDER_STEP: ask.point,
    OUTRIDER_FROM: ask.from,
    OUTRIDER_OUTCOME: ask.outcome,
    OUTRIDER_UNDO: ask.undoes === undefined ? '' : '1',
  };
}

/** `${OUTRIDER_HOST}` and its like; what is not known stays as it is. */
export const filled = (command: readonly string[], values: Readonly<Record<string, string>>): readonly string[] =>
  command.map((word) => word.replace(/\$\{(OUTRIDER_[A-Z_]*)\}/g, (whole, name: string) => values[name] ?? whole));
