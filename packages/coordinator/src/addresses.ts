/** Addresses as they are listened on, and as hosts of the fleet can reach them. Opens nothing. */
import { networkInterfaces } from 'node:os';
import { formatHostPort, type HostPort, isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { CoordinatorConfig } from './config.js';
import type { ReservedPort } from './rollout/port-claims.js';

const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** `HOST:PORT`s under which a host at `address` may reach what listens on `bound`, likeliest first. */
export function reachableFrom(address: string, bound: readonly string[]): readonly string[] {
  const endpoints = bound.flatMap((text) => {
    const endpoint = parseHostPort(text);
    if (endpoint === undefined) return [];
    if (!isEverywhere(endpoint.host)) return [endpoint];
    return ['127.0.0.1', ...ownAddresses()].map((host) => ({ host, port: endpoint.port }));
  });
  const wanted = endpoints.filter((endpoint) => isLoopback(endpoint.host) === isLoopback(address));
  const near = (endpoint: HostPort): number => commonPrefix(endpoint.host, address);
  return [...wanted].sort((a, b) => near(b) - near(a)).map(formatHostPort);
}

/**
 * The `HOST:PORT` to tell other coordinators, of those listened on: under `address` where it is given, else the first
 * that is not for this machine alone, else whichever there is.
 */
export function ownEndpoint(address: string | undefined, bound: readonly string[]): string | undefined {
  const endpoints = bound.flatMap((text) => parseHostPort(text) ?? []);
  const exact = endpoints.find(({ host }) => host === address);
  const everywhere = endpoints.find(({ host }) => isEverywhere(host));
  const [first] = endpoints;
  if (address !== undefined) {
    const port = (exact ?? everywhere ?? first)?.port;
    return port === undefined ? undefined : formatHostPort({ host: address, port });
  }
  const outside = endpoints.find(({ host }) => !isLoopback(host) && !isEverywhere(host));
  if (outside !== undefined) return formatHostPort(outside);
  if (everywhere === undefined) return first === undefined ? undefined : formatHostPort(first);
  return formatHostPort({ host: ownAddresses()[0] ?? '127.0.0.1', port: everywhere.port });
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((item) => !item.internal && item.family === 'IPv4').map((item) => item.address),
  );

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** No agent of this machine can have them. */
export const ownPorts = ({ grpc, http, websocket }: CoordinatorConfig['listen']): readonly ReservedPort[] =>
  [
    ...grpc.map((endpoint) => ({ endpoint, owner: "the coordinator's gRPC" })),
    ...http.map((endpoint) => ({ endpoint, owner: "the coordinator's HTTP" })),
    ...websocket.map((endpoint) => ({ endpoint, owner: "the coordinator's WebSocket" })),
  ].map(({ endpoint, owner }) => {
    const { host: address = '', port = 0 } = parseHostPort(endpoint) ?? {};
    return { address, port, owner };
  });
