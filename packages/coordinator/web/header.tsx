/** What is true of the fleet as a whole, and whether what is shown is still so. */
import type { JSX } from 'preact';
import type { LinkState } from './link.js';
import type { State } from './messages.js';
import { clockTime } from './words.js';

interface HeaderProps {
  readonly state: State;
  readonly link: LinkState;
  readonly mayAct: boolean;
}

export function Header({ state, link, mayAct }: HeaderProps): JSX.Element {
  const { status, hosts } = state;
  const up = hosts.filter((host) => host.state === 'up').length;
  return (
    <>
      <header>
        <h1>Outrider</h1>
        <span class="chip">{status.environment}</span>
        <span class={`chip state-${status.state}`} data-test="fleet-state">
          {status.state.replace('_', ' ')}
        </span>
        <span>
          <b>{up}</b> of {hosts.length} hosts up
        </span>
        <span data-test="ready">
          <b>{status.agents_healthy}</b> of {status.agents_total} agents ready
        </span>
        <span class="quiet">leader {status.leader === '' ? 'none' : status.leader}</span>
        {status.redis === 'down' && <span class="chip state-failed">Redis down</span>}
        <Connection link={link} />
      </header>
      {link.kind === 'lost' && (
        <p class="lost" role="alert" data-test="lost">
          ⚠ Connection lost since {clockTime(link.sinceMs)}. What is shown is old; trying again by itself.
        </p>
      )}
      {!mayAct && (
        <p class="answer" role="note">
          This tab has no token, so it only looks. Open the link with the token to act and to read logs.
        </p>
      )}
    </>
  );
}

const Connection = ({ link }: { readonly link: LinkState }): JSX.Element => (
  <span class={`link link-${link.kind}`} data-test="link" role="status">
    {link.kind === 'live' ? '● live' : link.kind === 'lost' ? '✖ not connected' : '◌ connecting'}
  </span>
);
