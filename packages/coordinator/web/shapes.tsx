/** States as shapes: whoever sees no colours sees these. */
import type { JSX } from 'preact';
import type { Agent, Host } from './messages.js';

export type Look = 'ready' | 'starting' | 'unhealthy' | 'failed' | 'backoff' | 'ending' | 'off' | 'away';

/** In the order in which they ask for attention. */
export const LOOKS: readonly Look[] = ['failed', 'unhealthy', 'backoff', 'away', 'starting', 'ending', 'off', 'ready'];

const PATHS: Readonly<Record<Look, string>> = {
  ready: 'M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2z',
  starting: 'M4 2l10 6-10 6z',
  unhealthy: 'M8 1l7.5 13.5H.5z',
  failed: 'M2 5l3-3 3 3 3-3 3 3-3 3 3 3-3 3-3-3-3 3-3-3 3-3z',
  backoff: 'M8 1l7 7-7 7-7-7z',
  ending: 'M2 4h12L8 14z',
  off: 'M2 2h12v12H2zM5 5v6h6V5z',
  away: 'M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1zm0 3a4 4 0 1 1 0 8 4 4 0 1 1 0-8z',
};

export const Shape = ({ look }: { readonly look: Look }): JSX.Element => (
  <svg class={`shape look-${look}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[look]} fill-rule="evenodd" />
  </svg>
);

export function lookOf(agent: Agent, host: Host | undefined): Look {
  if (host === undefined || host.state === 'down' || host.cut_off) return 'away';
  switch (agent.state) {
    case 'ready':
      return agent.ready ? 'ready' : 'unhealthy';
    case 'draining':
    case 'stopping':
      return 'ending';
    case 'exited':
      return 'off';
    case 'starting':
    case 'unhealthy':
    case 'backoff':
    case 'failed':
      return agent.state;
  }
}

export const lookOfHost = ({ state, cut_off, hold, flapping }: Host): Look => {
  if (state === 'down') return 'failed';
  if (state === 'suspect' || cut_off || flapping) return 'unhealthy';
  return hold === null ? 'ready' : 'off';
};
