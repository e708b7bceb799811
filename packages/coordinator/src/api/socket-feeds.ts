/** What the WebSockets tell: the status document, everything about the fleet, or what agents print. */
import type { IncomingMessage } from 'node:http';
import { answerOf } from '@outrider/shared/http/answer.js';
import type { HttpGuard, HttpRefusal } from '@outrider/shared/http/guard.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { statusOf } from '@outrider/shared/http/status.js';
import { logs } from './agents-on-hosts.js';
import { optionalName, refuse, requiredName } from './fields.js';
import type { FleetFeed } from './fleet-feed.js';
import type { Inside } from './inside.js';
import type { LogAsk } from './sidecars.js';
import type { StatusFeed } from './status-feed.js';
import type { Serve, SocketClient } from './websocket.js';

export interface FeedParts {
  readonly inside: Inside;
  readonly status: StatusFeed;
  readonly fleet: FleetFeed;
  readonly guard: HttpGuard;
}

const FEEDS: Readonly<Record<string, readonly string[]>> = {
  fleet: ['feed', 'after'],
  logs: ['feed', 'app', 'agent', 'host', 'lines'],
};
/** Lines to begin with. */
const LINES = 100;
const MOST_LINES = 1_000;
const LONGEST_CURSOR = 200;
/** RFC 6455. */
const ENDED = 1000;
const BROKEN = 1011;

/**
 * Every message is the whole /status document: one at once, one after each change. While nobody listens none is made, so a
 * new one is, before the first message.
 */
export const statusTo =
  (feed: Pick<StatusFeed, 'status' | 'subscribe'>): Serve =>
  (client) => {
    let leave: (() => void) | undefined = () => undefined;
    const begin = (): void => {
      if (leave !== undefined) leave = feed.subscribe((document) => client.send(JSON.stringify(document)));
    };
    feed.status().then(begin, () => client.end(BROKEN, 'The state of the fleet cannot be told.'));
    return () => {
      leave?.();
      leave = undefined;
    };
  };

/** What `/ws?feed=...` asks for; the status document where it names no feed. */
export function feedOf(parts: FeedParts, request: IncomingMessage): Serve | HttpRefusal {
  const { searchParams: query } = new URL(request.url ?? '', 'http://local');
  try {
    const name = query.get('feed');
    if (name === null) return statusTo(parts.status);
    checkKeys(name, query);
    if (name === 'fleet') return fleetTo(parts, query.get('after') ?? '');
    // As over gRPC: what agents print may be a secret.
    if (parts.guard.isTrustedSocket(request)) return logsTo(parts, query);
    const how = 'as "Authorization: Bearer TOKEN", or offer the protocols "outrider" and "bearer." with its base64url';
    return { status: 401, reason: `Logs need the token: ${how}.` };
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    return { status: statusOf(error.code), reason: error.message };
  }
}

function checkKeys(name: string, query: URLSearchParams): void {
  const known = Object.hasOwn(FEEDS, name) ? FEEDS[name] : undefined;
  if (known === undefined) return refuse('feed', `there are ${Object.keys(FEEDS).join(' and ')}`);
  const unknown = [...query.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(unknown.slice(0, 80), `not known here; expected are ${known.join(', ')}`);
}

function fleetTo({ fleet }: FeedParts, after: string): Serve {
  if (after.length > LONGEST_CURSOR) refuse('after', 'expected is the cursor of an earlier message');
  return (client) => fleet.join(client, after);
}

function logsTo({ inside }: FeedParts, query: URLSearchParams): Serve {
  const agent = requiredName('agent', query.get('agent') ?? '');
  const host = optionalName('host', query.get('host') ?? '');
  const lines = Number(query.get('lines') ?? LINES);
  if (!Number.isInteger(lines) || lines < 0 || lines > MOST_LINES) {
    refuse('lines', `expected is a number from 0 to ${MOST_LINES}`);
  }
  const app = optionalName('app', query.get('app') ?? '');
  const ask: LogAsk = { app, agents: [agent], follow: true, lines, since: 0 };
  return (client) => {
    const gone = new AbortController();
    void tellLines(inside, ask, host, client, gone.signal);
    return () => gone.abort();
  };
}

/** As fast as the reader reads: what it has not read stays in the agent's log. What goes wrong is the last message. */
async function tellLines(
  inside: Inside,
  ask: LogAsk,
  host: string,
  client: SocketClient,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const line of logs(inside, ask, host, signal)) {
      client.send(JSON.stringify({ type: 'line', ...line }));
      await client.room();
    }
    client.end(ENDED, 'That was all.');
  } catch (error) {
    if (signal.aborted) return;
    client.send(JSON.stringify({ type: 'error', ...(answerOf(error).body as object) }));
    client.end(BROKEN, 'The log cannot be read.');
  }
}
