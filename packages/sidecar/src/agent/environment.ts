/** The environment of an agent's process: what Outrider tells it, its own settings, and a few words about the machine. */

/** Of the sidecar's own environment, nothing else reaches an agent; `LC_` and what follows pass too. */
export const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR'] as const;

export interface HostFacts {
  readonly host: string;
  readonly address: string;
  /** Where it is known. */
  readonly redis?: { readonly host: string; readonly port: number };
}

export interface InstanceFacts {
  readonly app: string;
  readonly agent: string;
  readonly index: number;
  readonly incarnation: string;
  readonly version: string;
  readonly environment: string;
  /** Name to address, in the order of the inventory. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly bus: string;
  /** Path of its own socket for sd_notify. */
  readonly notify: string;
  /** It is to say WATCHDOG=1 so often. */
  readonly watchdogMs?: number;
}

/** What `${OUTRIDER_...}` can stand for, and what every agent finds in its environment. */
export function ownVariables(host: HostFacts, facts: InstanceFacts): Record<string, string> {
  return {
    OUTRIDER_APP: facts.app,
    OUTRIDER_AGENT: facts.agent,
    OUTRIDER_INSTANCE: String(facts.index),
    OUTRIDER_INCARNATION: facts.incarnation,
    OUTRIDER_VERSION: facts.version,
    OUTRIDER_HOST: host.host,
    OUTRIDER_HOST_ADDRESS: host.address,
    OUTRIDER_ENVIRONMENT: facts.environment,
    OUTRIDER_HOSTS: JSON.stringify(facts.hosts),
    OUTRIDER_BUS: facts.bus,
  };
}

/** `settings` are the agent's own, filled in; they win over all but Outrider's variables. */
export function agentEnvironment(
  host: HostFacts,
  facts: InstanceFacts,
  settings: Readonly<Record<string, string>>,
  inherited: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...inherited,
    ...systemVariables(host, facts),
    ...settings,
    ...ownVariables(host, facts),
    ...notifyVariables(facts),
  };
}

/** In the spelling of sd_notify. */
const notifyVariables = ({ notify, watchdogMs }: InstanceFacts): Record<string, string> => ({
  NOTIFY_SOCKET: notify,
  ...(watchdogMs === undefined ? {} : { WATCHDOG_USEC: String(watchdogMs * 1000) }),
});

/** What passes of the sidecar's own environment. */
export function inheritable(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passes = (name: string): boolean => name.startsWith('LC_') || (INHERITED as readonly string[]).includes(name);
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && passes(name) ? [[name, value]] : [],
    ),
  );
}

const SYSTEM_ENVIRONMENTS: ReadonlyMap<string, string> = new Map([
  ['local', 'dev'],
  ['development', 'dev'],
  ['staging', 'staging'],
  ['production', 'prod'],
]);
const MAIN_HOST = 'main-pc';

/** In the spelling of agents that were written for the AI_SYSTEM family of variables. */
function systemVariables(host: HostFacts, facts: InstanceFacts): Record<string, string> {
  const main = facts.hosts[MAIN_HOST] ?? Object.values(facts.hosts)[0] ?? host.address;
  const redis =
    host.redis === undefined ? {} : { AI_REDIS_HOST: host.redis.host, AI_REDIS_PORT: String(host.redis.port) };
  return {
    AI_SYSTEM_ENV: SYSTEM_ENVIRONMENTS.get(facts.environment) ?? facts.environment,
    AI_SYSTEM_MACHINE: host.host.replaceAll('-', '_'),
    AI_MAIN_PC_HOST: main,
    ...redis,
  };
}
