/** In which order hosts are switched: what others depend on first, an agent that moves leaves before it arrives. */
import type { Target } from './plan-host.js';

/**
 * By the value of a label where one is given, then by name, except where agents' needs across hosts say otherwise;
 * needs that go round in a circle are left out.
 */
export function orderHosts(targets: readonly Target[], label = ''): readonly Target[] {
  const left = [...targets].sort(
    (a, b) => byLabel(a.host.labels[label], b.host.labels[label]) || (a.host.name < b.host.name ? -1 : 1),
  );
  const ordered: Target[] = [];
  while (left.length > 0) {
    const free = left.findIndex((target) => !left.some((other) => other !== target && mustPrecede(other, target)));
    ordered.push(...left.splice(Math.max(0, free), 1));
  }
  return ordered;
}

/** Numbers as numbers, then texts; hosts without the label come last. */
function byLabel(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x - y) ? (a < b ? -1 : 1) : x - y;
}

export function mustPrecede(first: Target, then: Target): boolean {
  return serves(first, then) || leaves(first, then);
}

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
