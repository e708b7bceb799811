/** In which order hosts are switched: what others depend on first, an agent that moves leaves before it arrives. */
import { byHost, type Target } from './plan-host.js';

/**
 * By the value of a label where one is given, then by name, except where agents' needs across hosts say otherwise;
 * needs that go round in a circle are left out. The apps of a host follow each other.
 */
export function orderHosts(targets: readonly Target[], label = ''): readonly Target[] {
  const sorted = [...targets].sort(
    (a, b) =>
      byLabel(a.host.labels[label], b.host.labels[label]) ||
      byName(a.host.name, b.host.name) ||
      byName(a.app ?? '', b.app ?? ''),
  );
  const left = [...byHost(sorted)];
  const ordered: Target[] = [];
  while (left.length > 0) {
    const free = left.findIndex((host) => !left.some((other) => other !== host && mustPrecede(other, host)));
    ordered.push(...left.splice(Math.max(0, free), 1).flat());
  }
  return ordered;
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers as numbers, then texts; hosts without the label come last. */
function byLabel(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x - y) ? (a < b ? -1 : 1) : x - y;
}

/** Each the apps of one host. An agent needs agents of its own app alone. */
export const mustPrecede = (first: readonly Target[], then: readonly Target[]): boolean =>
  first.some((one) => then.some((other) => one.app === other.app && (serves(one, other) || leaves(one, other))));

/** `then` has an agent that needs one which only `first` has. */
function serves(first: Target, then: Target): boolean {
  return then.spec.agents.some((agent) =>
    agent.dependsOn.some((need) => !names(then).has(need.agent) && names(first).has(need.agent)),
  );
}

/** An agent stops on `first` and is new on `then`. */
function leaves(first: Target, then: Target): boolean {
  return leaving(first).some((name) => names(then).has(name) && !running(then).has(name));
}

/** Every two hosts of a fleet are compared: what is asked of each is found once. */
function once<T>(find: (target: Target) => T): (target: Target) => T {
  const found = new WeakMap<Target, T>();
  return (target) => {
    const known = found.get(target) ?? find(target);
    found.set(target, known);
    return known;
  };
}

const names = once((target): ReadonlySet<string> => new Set(target.spec.agents.map((agent) => agent.name)));
const running = once(({ host }): ReadonlySet<string> => new Set((host.app?.agents ?? []).map((agent) => agent.name)));
const leaving = once((target) => [...running(target)].filter((name) => !names(target).has(name)));
