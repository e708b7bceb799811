/** Finds out, before anything is touched, that agents want addresses which they can't have on this host. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';

/** What is in use by others: another app's agents, or Outrider itself. */
export interface Claimed {
  /** `HOST:PORT` or an absolute path. */
  readonly address: string;
  /** For people: `the sidecar's gRPC`. */
  readonly owner: string;
}

/** The addresses that the agents of a spec listen on, with what is known of this host filled in. */
export const claimsOf = (spec: HostSpec, address: string): readonly (Claimed & { readonly key: string })[] =>
  spec.agents.flatMap((agent: HostAgent) =>
    agent.sockets.map((socket) => ({
      key: `${agent.name}/${socket.name}`,
      address: fill(socket.listen, { ...spec, version: agent.release?.version ?? spec.version }, address),
      owner: `socket "${socket.name}" of agent ${agent.name} (${spec.app})`,
    })),
  );

/** A sentence on the first collision; undefined: there is none. */
export function collisionOf(spec: HostSpec, address: string, others: readonly Claimed[]): string | undefined {
  const claims = claimsOf(spec, address);
  for (const [index, claim] of claims.entries()) {
    const rival = [...others, ...claims.slice(0, index)].find((other) => collide(claim.address, other.address));
    if (rival !== undefined) {
      return `${spec.app} ${spec.version}: ${claim.owner} wants ${claim.address}, which is taken by ${rival.owner}. Give one of them another address.`;
    }
  }
  return undefined;
}

/** A sentence on the first address that is none of this machine's. */
export function foreignAddressOf(spec: HostSpec, address: string, own: readonly string[]): string | undefined {
  const foreign = claimsOf(spec, address).find((claim) => {
    const host = split(claim.address)?.host;
    return (
      host !== undefined && /^[0-9.]+$|:/.test(host) && !isWildcard(host) && !isLoopback(host) && !own.includes(host)
    );
  });
  return foreign === undefined
    ? undefined
    : `${spec.app} ${spec.version}: ${foreign.owner} wants ${foreign.address}, which is no address of host ${spec.host}.`;
}

function collide(a: string, b: string): boolean {
  const left = split(a);
  const right = split(b);
  if (left === undefined || right === undefined) return a === b;
  if (left.port !== right.port || left.port === '0') return false;
  return left.host === right.host || isWildcard(left.host) || isWildcard(right.host);
}

/** Undefined: a unix socket. */
function split(address: string): { readonly host: string; readonly port: string } | undefined {
  const parts = /^(.*):(\d+)$/.exec(address);
  if (/^[/@]/.test(address) || parts === null) return undefined;
  const host = (parts[1] ?? '').replace(/^\[(.*)\]$/, '$1');
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: String(Number(parts[2])) };
}

const isWildcard = (host: string): boolean => ['0.0.0.0', '*', '', '::'].includes(host);
const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';

const fill = (text: string, spec: HostSpec, address: string): string =>
  text
    .replaceAll('${OUTRIDER_HOST_ADDRESS}', address)
    .replaceAll('${OUTRIDER_HOST}', spec.host)
    .replaceAll('${OUTRIDER_ENVIRONMENT}', spec.environment)
    .replaceAll('${OUTRIDER_APP}', spec.app)
    .replaceAll('${OUTRIDER_VERSION}', spec.version);
