/** Whether two versions of an agent can run side by side. Asked by the plan and by the host. */
import type { AgentSpec, Healthcheck, ProbeMethod } from './agent.js';

type Asked = Pick<AgentSpec, 'order' | 'exclusive' | 'sockets' | 'healthchecks'>;

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
