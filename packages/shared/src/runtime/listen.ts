/** Addresses that daemons and agents listen on, and the rule that only loopback is open without TLS or `insecure: true`. */
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `HOST:PORT` or `[IPV6]:PORT`; port 0 means any. Undefined where it is neither. */
export function parseHostPort(text: string): HostPort | undefined {
  const parts = /^(?:\[([^\]\s]+)\]|([^:\s[\]/]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || !(port <= 65_535) || (parts?.[1] !== undefined && !isIPv6(host))) return undefined;
  return { host, port };
}

export const formatHostPort = ({ host, port }: HostPort): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

export type SocketAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** A path that begins with `@` is an abstract name: it is in no folder. */
  | { readonly kind: 'unix'; readonly path: string };

/**
 * `HOST:PORT`, `[V6]:PORT`, an absolute path or `@name`, as agents declare them. HOST is an address, `localhost`, or `*` or
 * nothing for every address. Undefined where it is none of these.
 */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  if (/^(?:\/|@.)/.test(text)) return { kind: 'unix', path: text };
  const parts = parseHostPort(text.replace(/^\*?(?=:\d+$)/, EVERY_IPV4));
  if (parts === undefined) return undefined;
  const host = parts.host === 'localhost' ? '127.0.0.1' : parts.host;
  const bracketed = text.startsWith('[');
  return (bracketed ? isIPv6(host) : isIPv4(host)) ? { kind: 'tcp', host, port: parts.port } : undefined;
}

export const formatAddress = (address: SocketAddress): string =>
  address.kind === 'unix' ? address.path : formatHostPort(address);

/** The one spelling of an address that can be written in several; what is none stays as it is. */
export function spellingOf(text: string): string {
  const address = parseSocketAddress(text);
  return address === undefined ? text : formatAddress(address);
}

const EVERY_IPV4 = '0.0.0.0';
export const isWildcard = (host: string): boolean => host === EVERY_IPV4 || host === '::';

/** `localhost` counts; other names do not: what they resolve to may change. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const kind = isIP(host);
  return kind !== 0 && LOOPBACK.check(host, kind === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Why these addresses may not be opened as they are, as one sentence; undefined: they may.
 * `listen`: key of the setting, such as `grpc`, to its addresses.
 */
export function problemOfExposure(
  listen: Readonly<Record<string, readonly string[]>>,
  secured: { readonly tls: boolean; readonly insecure: boolean },
): string | undefined {
  if (secured.tls || secured.insecure) return undefined;
  for (const [key, addresses] of Object.entries(listen)) {
    const open = addresses.find((address) => !isLoopback(parseHostPort(address)?.host ?? ''));
    if (open !== undefined) {
      return `listen.${key} is ${open}, which others on the network can reach without TLS. Listen on loopback (127.0.0.1), or write "insecure: true" if that network is trusted.`;
    }
  }
  return undefined;
}

/** Where two listeners are given the same address, as one sentence; port 0 is another one each time. */
export function problemOfSameAddress(listen: Readonly<Record<string, readonly string[]>>): string | undefined {
  const taken = new Map<string, string>();
  for (const [key, addresses] of Object.entries(listen)) {
    for (const address of addresses) {
      const { host, port } = parseHostPort(address) ?? { host: '', port: 0 };
      if (port === 0) continue;
      const mine = `${host === 'localhost' ? '127.0.0.1' : host.toLowerCase()} ${port}`;
      const other = [...taken].find(([theirs]) => overlap(mine, theirs));
      if (other !== undefined) {
        return `listen.${key} is ${address}, which listen.${other[1]} has already: give it another port.`;
      }
      taken.set(mine, key);
    }
  }
  return undefined;
}

/** Every address of a kind has the port of its wildcard; of `::`, those of IPv4 too. */
function overlap(one: string, other: string): boolean {
  const [hostOne = '', portOne] = one.split(' ');
  const [hostOther = '', portOther] = other.split(' ');
  if (portOne !== portOther) return false;
  const covers = (wide: string, host: string): boolean => wide === '::' || (wide === EVERY_IPV4 && !isIPv6(host));
  return hostOne === hostOther || covers(hostOne, hostOther) || covers(hostOther, hostOne);
}
