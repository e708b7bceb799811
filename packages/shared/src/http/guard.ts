/**
 * Owns who may ask a daemon over HTTP: a page of a foreign origin and a name that was made to point here are
 * turned away before anything is read; what changes something needs the token.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { tokenMatches } from '../runtime/token.js';

const BEARER = 'bearer.';

export interface HttpRefusal {
  readonly status: number;
  readonly reason: string;
}

export interface HttpGuardOptions {
  /** `sidecar`; for messages. */
  readonly daemon: string;
  readonly tokens: () => readonly string[];
  /** Names by which browsers may call this machine, besides localhost and addresses; lower case. */
  readonly names: readonly string[];
  /** The daemon's own HTTP ports: their pages may talk to each other. */
  readonly ports: () => readonly number[];
}

export class HttpGuard {
  constructor(private readonly options: HttpGuardOptions) {}

  /** Checks Host and Origin; undefined: go on. */
  check(request: IncomingMessage): HttpRefusal | undefined {
    const { daemon } = this.options;
    const host = parseHost(request.headers.host);
    if (host === undefined) return { status: 400, reason: 'The request needs a Host header with one name or address.' };
    if (!this.isOwnName(host)) {
      return {
        status: 403,
        reason: `Host ${host.slice(0, 100)} is none of this ${daemon}'s names. Ask by its address.`,
      };
    }
    const { origin } = request.headers;
    if (origin !== undefined && !this.isOwnOrigin(origin, host)) {
      return { status: 403, reason: `Pages of ${origin.slice(0, 100)} may not ask this ${daemon}.` };
    }
    if (request.headers['sec-fetch-site'] === 'cross-site' && !isVisit(request)) {
      return { status: 403, reason: `Pages of other sites may not ask this ${daemon}.` };
    }
    return undefined;
  }

  /** Whether the caller has shown the token. Only as a bearer: no browser sends that by itself, nor to another port. */
  isTrusted(request: IncomingMessage): boolean {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return tokenMatches(bearer, this.options.tokens());
  }

  /**
   * The same of a WebSocket: a page can set no header there but the protocols that it offers, so the token may also
   * come as one of them, `bearer.` and its base64url. No browser sends that by itself either.
   */
  isTrustedSocket(request: IncomingMessage): boolean {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
    const bearer = offered.find((one) => one.startsWith(BEARER))?.slice(BEARER.length);
    const given = bearer === undefined ? undefined : Buffer.from(bearer, 'base64url').toString('utf8');
    return this.isTrusted(request) || tokenMatches(given, this.options.tokens());
  }

  private isOwnName(name: string): boolean {
    // No foreign name can be made to point here under these: an address is no name.
    return isIP(name) !== 0 || name === 'localhost' || this.options.names.includes(name);
  }

  private isOwnOrigin(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { protocol, hostname, port } = new URL(origin);
    const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    return unbracketed(hostname) === host && this.options.ports().includes(number);
  }
}

/** Somebody follows a link to here; an image or a script of another page is none, and costs as much as any question. */
const isVisit = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers['sec-fetch-mode'] === 'navigate';

function parseHost(header: string | undefined): string | undefined {
  if (header === undefined || !URL.canParse(`http://${header}/`)) return undefined;
  const { hostname, pathname, username, search } = new URL(`http://${header}/`);
  return pathname === '/' && username === '' && search === '' ? unbracketed(hostname) : undefined;
}

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
