/**
 * Whom a host asks for a content, in which order. Pure: every host that was told the same peers comes to the same order,
 * and nobody has to agree on anything.
 *
 * Of each content, the hosts that stage it together stand in an order of its own (rendezvous hashing). The first one, its
 * seed, brings it from a host that has the release already or from a coordinator; the others ask those before them in
 * that order, the first of them first. So each content leaves the coordinators about once, and each host gives away as
 * much as it takes.
 *
 * Nobody waits in a circle: a host waits for those before it alone, so of all that wait for a content, the first asks no
 * host that waits. Where hosts were told different peers, a circle can be: every wait has its end (who gets nothing sends
 * what it has, and ends), and behind the last host stand the coordinators, who wait for nobody.
 */
export interface Sources {
  /** This host. */
  readonly self: string;
  /** Hosts that stage the same release now. */
  readonly together: readonly string[];
  /** Hosts that have it. */
  readonly holders: readonly string[];
  /** The likeliest first. */
  readonly coordinators: readonly string[];
}

/** So many hosts that have it are tried before a coordinator is. */
const HOLDERS_TRIED = 2;

/** Names in the order in which they are asked for this content. */
export function routeOf(sha256: string, { self, together, holders, coordinators }: Sources): readonly string[] {
  if (together.every((host) => host === self) && holders.length === 0) return coordinators;
  const own = weightOf(sha256, self);
  const before = together.filter((host) => host !== self && isBefore(weightOf(sha256, host), host, own, self));
  const having = inOrder(
    sha256,
    holders.filter((host) => host !== self && !together.includes(host)),
  );
  return [...inOrder(sha256, before), ...having.slice(0, HOLDERS_TRIED), ...coordinators];
}

function inOrder(sha256: string, hosts: readonly string[]): readonly string[] {
  if (hosts.length < 2) return hosts;
  const weighed = hosts.map((host) => ({ host, weight: weightOf(sha256, host) }));
  return weighed.sort((a, b) => (isBefore(a.weight, a.host, b.weight, b.host) ? -1 : 1)).map(({ host }) => host);
}

/** Equal weights are rare, and decided alike everywhere. */
const isBefore = (weight: number, host: string, otherWeight: number, other: string): boolean =>
  weight !== otherWeight ? weight > otherWeight : host < other;

/** 32 bits, of a digest that is random already and a name that is not. */
function weightOf(sha256: string, host: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < host.length; at += 1) mixed = Math.imul(mixed ^ host.charCodeAt(at), 0x01000193);
  mixed ^= Number.parseInt(sha256.slice(0, 8), 16);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
