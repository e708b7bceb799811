/** What agents would be run with, other than now: settings by their names in agents.yaml, and names of secrets. */
import type { Healthcheck, HostAgent } from './agent.js';
import { canonicalJson } from './canonical.js';
import { formatDuration } from './duration.js';
import { HIDDEN, looksSecret, redactAll } from './redact.js';

export interface SettingChange {
  readonly agent: string;
  /** As in agents.yaml: `environment.LOG_LEVEL`, `command`. */
  readonly setting: string;
  /** Absent: it is not set. */
  readonly from?: string;
  readonly to?: string;
  /** The values look like secrets, so they are not shown. */
  readonly hidden: boolean;
}

export interface SecretChange {
  readonly agent: string;
  readonly name: string;
  readonly change: 'added' | 'removed';
}

/** Of agents that are there before and after; those that come or go are actions of the plan. */
export function diffSettings(before: readonly HostAgent[], after: readonly HostAgent[]): readonly SettingChange[] {
  return pairs(before, after).flatMap(([old, next]) => {
    const [left, right] = [settingsOf(old, next), settingsOf(next, old)];
    const names = [...new Set([...left.keys(), ...right.keys()])].sort();
    return names
      .filter((name) => left.get(name)?.exact !== right.get(name)?.exact)
      .map((name) => changeOf(next, name, left.get(name), right.get(name)));
  });
}

/** An agent that comes brings its secrets along; what one that goes had is told too. */
export function diffSecrets(before: readonly HostAgent[], after: readonly HostAgent[]): readonly SecretChange[] {
  const names = [...new Set([...after, ...before].map(({ name }) => name))];
  const of = (agents: readonly HostAgent[], name: string): readonly string[] =>
    agents.find((agent) => agent.name === name)?.secrets ?? [];
  return names.flatMap((agent) => {
    const [old, next] = [of(before, agent), of(after, agent)];
    return [
      ...next.filter((name) => !old.includes(name)).map((name) => ({ agent, name, change: 'added' as const })),
      ...old.filter((name) => !next.includes(name)).map((name) => ({ agent, name, change: 'removed' as const })),
    ];
  });
}

function pairs(
  before: readonly HostAgent[],
  after: readonly HostAgent[],
): readonly (readonly [HostAgent, HostAgent])[] {
  return after.flatMap((next) => {
    const old = before.find(({ name }) => name === next.name);
    return old === undefined ? [] : [[old, next] as const];
  });
}

interface Setting {
  /** What is compared. */
  readonly exact: string;
  readonly shown: string;
}

function changeOf(
  agent: HostAgent,
  setting: string,
  from: Setting | undefined,
  to: Setting | undefined,
): SettingChange {
  return {
    ...{ agent: agent.name, setting },
    ...(from === undefined ? {} : { from: from.shown }),
    ...(to === undefined ? {} : { to: to.shown }),
    // What differs only in what is left out must not look as if nothing had changed.
    hidden: from?.shown === HIDDEN || to?.shown === HIDDEN || from?.shown === to?.shown,
  };
}

/**
 * Names of secrets are told apart, and the fingerprint is made of the rest. Of what is a list of things each member is a
 * setting where `other` has that thing too: a whole healthcheck does not show what in it is another.
 */
function settingsOf(agent: HostAgent, other: HostAgent): ReadonlyMap<string, Setting> {
  const { name: _name, fingerprint: _fingerprint, release: _release, ...own } = agent;
  const { secrets = [], environment, resources = {}, healthchecks, sockets, dependsOn, ...rest } = own;
  const { reservations = {}, ...limits } = resources;
  const members: Record<string, unknown> = {
    ...prefixed('environment', environment),
    ...prefixed('resources', limits),
    ...prefixed('resources.reservations', reservations),
    ...eachOf('healthcheck', healthchecks.map(checkMembers), other.healthchecks.length),
    ...eachOf('sockets', sockets, other.sockets.length),
    ...eachOf('depends_on', dependsOn, other.dependsOn.length),
    ...rest,
  };
  return new Map(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [NAMES[key] ?? key, settingOf(key, value, secrets)]),
  );
}

/** `NAME[0].MEMBER`; beyond the first `common` things `NAME[2]` as a whole. */
function eachOf(name: string, things: readonly object[], common: number): Record<string, unknown> {
  return Object.assign(
    {},
    ...things.map((thing, index) =>
      index < common ? prefixed(`${name}[${index}]`, thing) : { [`${name}[${index}]`]: thing },
    ),
  ) as Record<string, unknown>;
}

/** In the spelling of agents.yaml. */
function checkMembers({ method: { kind, ...how }, purposes, ...check }: Healthcheck): Record<string, unknown> {
  const { intervalMs, timeoutMs, slowMs, startPeriodMs, ...rest } = check;
  const asked = Object.entries(how).map(([key, value]) =>
    typeof value === 'number' && key.endsWith('Ms')
      ? ([key.slice(0, -2), formatDuration(value)] as const)
      : ([key, value as unknown] as const),
  );
  return {
    ...(asked.length === 0 ? { [kind]: 'true' } : prefixed(kind, Object.fromEntries(asked))),
    ...{ for: purposes, interval: formatDuration(intervalMs), timeout: formatDuration(timeoutMs) },
    ...(slowMs === undefined ? {} : { slow: formatDuration(slowMs) }),
    start_period: formatDuration(startPeriodMs),
    ...rest,
  };
}

function settingOf(key: string, value: unknown, secrets: readonly string[]): Setting {
  const variable = /^environment\.(.*)$/s.exec(key)?.[1];
  const isSecret = variable !== undefined && (looksSecret(variable) || secrets.includes(variable));
  const shown = isSecret ? HIDDEN : textOf(redactAll(value));
  return { exact: textOf(value), shown };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value));

const prefixed = (before: string, members: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([key, value]) => [`${before}.${key}`, value]));

/** The spelling of agents.yaml. */
const NAMES: Readonly<Record<string, string>> = {
  workingDir: 'working_dir',
  stopSignal: 'stop_signal',
  stopGraceMs: 'stop_grace_period (ms)',
  order: 'update_config.order',
  parallelism: 'update_config.parallelism',
  noNewPrivileges: 'no_new_privileges',
  'resources.memoryBytes': 'resources.memory (bytes)',
  'resources.openFiles': 'resources.open_files',
  'resources.reservations.memoryBytes': 'resources.reservations.memory (bytes)',
};
