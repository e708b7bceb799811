/** Finds addresses that two agents of a plan, or an agent and Outrider itself, would both listen on. */
import type { Target, PlanHost } from './plan-host.js';

export interface ReservedPort {
  readonly address: string;
  readonly port: number;
  /** For people: `the sidecar's gRPC`. */
  readonly owner: string;
}

interface Claim {
  readonly address: string;
  /** A port, or '' for a unix socket. */
  readonly port: string;
  readonly host: PlanHost;
  readonly owner: string;
}

export function portProblems(
  targets: readonly Target[],
  reserved: (host: PlanHost) => readonly ReservedPort[],
): readonly string[] {
  // By port: only claims to the same one can collide.
  const taken = new Map<string, Claim[]>();
  const claimsTo = (port: string): Claim[] => {
    const claims = taken.get(port) ?? [];
    taken.set(port, claims);
    return claims;
  };
  for (const { host } of targets) {
    for (const { address, port, owner } of reserved(host))
      claimsTo(`${port}`).push({ address, port: `${port}`, host, owner });
  }
  const problems: string[] = [];
  for (const wanted of targets.flatMap(claimsOf)) {
    const earlier = claimsTo(wanted.port);
    const rival = earlier.find((other) => collide(wanted, other));
    if (rival !== undefined) problems.push(sentence(wanted, rival));
    earlier.push(wanted);
  }
  return problems;
}

function claimsOf({ host, app, spec }: Target): readonly Claim[] {
  const whose = app === undefined ? '' : ` of ${app}`;
  return spec.agents.flatMap((agent) =>
    agent.sockets
      .filter((socket) => !socket.listen.endsWith(':0'))
      .map((socket): Claim => {
        const listen = socket.listen
          .replaceAll('${OUTRIDER_HOST_ADDRESS}', host.address)
          .replaceAll('${OUTRIDER_HOST}', host.name);
        const parts = /^([^/@].*|):(\d+)$/.exec(listen);
        const owner = `socket "${socket.name}" of agent ${agent.name}${whose}`;
        return { address: parts?.[1] ?? listen, port: parts?.[2] ?? '', host, owner };
      }),
  );
}

function collide(a: Claim, b: Claim): boolean {
  if (a.host.name !== b.host.name && !shareMachine(a.host, b.host)) return false;
  return (
    a.port === b.port &&
    (a.address === b.address || (a.port !== '' && (isWildcard(a.address) || isWildcard(b.address))))
  );
}

const isWildcard = (address: string): boolean => ['0.0.0.0', '*', '', '[::]'].includes(address);

/** Hosts that stand on loopback addresses of one kernel, as those of `coordinator dev` do. */
const shareMachine = (a: PlanHost, b: PlanHost): boolean =>
  a.bootId !== undefined && a.bootId === b.bootId && a.address.startsWith('127.') && b.address.startsWith('127.');

function sentence(claim: Claim, rival: Claim): string {
  const where = claim.port === '' ? claim.address : `${claim.address}:${claim.port}`;
  const whose = claim.host.name === rival.host.name ? rival.owner : `${rival.owner} on host ${rival.host.name}`;
  return `Host ${claim.host.name}: ${claim.owner} wants ${where}, which is taken by ${whose}. Give one of them another port.`;
}
