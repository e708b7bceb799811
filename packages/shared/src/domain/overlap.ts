/** Whether two versions of an agent can run side by side, and what it costs where they can't. Asked by the plan and by the host. */
import type { AgentSpec, Healthcheck, ProbeMethod } from './agent.js';
import { formatDuration } from './duration.js';

type Asked = Pick<AgentSpec, 'name' | 'order' | 'exclusive' | 'sockets' | 'healthchecks'>;
type Timed = Pick<AgentSpec, 'name' | 'stopGraceMs' | 'healthchecks'>;

/** A start that no check holds up counts as ready after so long. */
const READY_WITHOUT_CHECK_MS = 1_000;

/**
 * True, or why not, in words that go on after the agent's name. `start-first` that is written down is believed. What
 * listens by itself at an address of its own is known only where a healthcheck asks there: whoever else takes one has
 * to say `stop-first`.
 */
export function canOverlap(agent: Asked): true | string {
  if (agent.exclusive === true) return 'declares update_config.order: stop-first';
  if (agent.order === 'start-first') return true;
  const held = new Set(agent.sockets.map(({ listen }) => listen));
  const own = agent.healthchecks.map(addressOf).find((address) => address !== undefined && !held.has(address));
  if (own === undefined) return true;
  return `is asked at ${own}, which is none of its sockets: it listens there itself, and two of it can't`;
}

/** How long an agent that can't overlap may be down while it is replaced: its stop and its start, at most. */
export const gapMs = (agent: Timed): number =>
  agent.stopGraceMs +
  Math.max(
    READY_WITHOUT_CHECK_MS,
    ...agent.healthchecks.filter(({ critical }) => critical).map(({ startPeriodMs }) => startPeriodMs),
  );

/** For people; undefined: there is none. */
export function gapSentence(agent: Asked & Timed): string | undefined {
  const reason = canOverlap(agent);
  if (reason === true) return undefined;
  return `${agent.name} is down for its stop and its start (up to ${formatDuration(gapMs(agent))}): it ${reason}.`;
}

/** `HOST:PORT` or a path that is asked at; undefined: it is not known, or each incarnation has another. */
function addressOf({ method }: Healthcheck): string | undefined {
  const address = spelled(method);
  return address?.includes('${OUTRIDER_INCARNATION}') === true ? undefined : address;
}

function spelled(method: ProbeMethod): string | undefined {
  switch (method.kind) {
    case 'tcp':
    case 'grpc':
      return method.address;
    case 'http':
      return hostOf(method.url);
    case 'zmq':
      return method.connect.replace(/^[a-z]+:\/\//, '');
    case 'exec':
    case 'heartbeat':
    case 'notify':
      return undefined;
  }
}

/** `http://127.0.0.1:8081/health` -> `127.0.0.1:8081`. */
function hostOf(url: string): string {
  const [, scheme = 'http', authority = ''] = /^(https?):\/\/([^/?#]*)/.exec(url) ?? [];
  if (/:\d+$/.test(authority) || authority.includes('${')) return authority;
  return `${authority}:${scheme === 'https' ? 443 : 80}`;
}
