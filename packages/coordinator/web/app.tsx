/** The page as a whole: what stands where, which agent is looked at, what is being asked, what was answered. */
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Act, Answer, Question } from './actions.js';
import { AgentPanel } from './agent-panel.js';
import { Charts } from './charts.js';
import { Confirm } from './confirm.js';
import { Controls } from './controls.js';
import { Deliveries } from './deliveries.js';
import { EventLog } from './event-log.js';
import { FleetGrid } from './fleet-grid.js';
import { Header } from './header.js';
import { keyOf } from './keys.js';
import type { LinkState } from './link.js';
import type { Model } from './model.js';
import { Problems } from './problems.js';
import { RolloutPath } from './rollout-path.js';

export interface AppProps {
  readonly model: Model;
  readonly link: LinkState;
  /** Whether this tab has the token. */
  readonly mayAct: boolean;
}

export function App({ model, link, mayAct }: AppProps): JSX.Element {
  const [chosen, choose] = useState<string>();
  const [question, ask] = useState<Question>();
  const [answer, tell] = useState<Answer>();
  const close = (): void => choose(undefined);
  useEscape(close);
  const { state } = model;
  if (state === undefined) return <Waiting link={link} />;
  const carryOut = (doing: () => Promise<Answer>): void => {
    ask(undefined);
    tell({ ok: true, sentence: 'Asking …' });
    void doing().then(tell);
  };
  const act: Act = (doing, asked) => (asked === undefined ? carryOut(doing) : ask({ ...asked, doing }));
  const agent = state.agents.find((one) => keyOf(one) === chosen);
  return (
    <>
      <Header state={state} link={link} mayAct={mayAct} />
      {answer !== undefined && (
        <p class={answer.ok ? 'answer' : 'answer bad'} role="status">
          {answer.sentence}{' '}
          <button class="plain" onClick={() => tell(undefined)} aria-label="Close this message">
            ✕
          </button>
        </p>
      )}
      <main>
        <div class="column">
          <FleetGrid state={state} chosen={chosen} choose={choose} />
          <Charts state={state} connection={model.connections} />
          <EventLog events={model.events} seen={model.eventsSeen} missed={model.missed} />
        </div>
        <div class="column">
          <RolloutPath rollout={state.rollout} />
          <Controls state={state} mayAct={mayAct} act={act} />
          <Problems state={state} events={model.events} />
          <Deliveries ended={model.ended} connection={model.connections} />
        </div>
      </main>
      {agent !== undefined && (
        <AgentPanel key={chosen} {...{ agent, mayAct, act, close }} connection={model.connections} />
      )}
      {question !== undefined && <Confirm question={question} yes={carryOut} no={() => ask(undefined)} />}
    </>
  );
}

const Waiting = ({ link }: { readonly link: LinkState }): JSX.Element => (
  <p class="first" role="status">
    {link.kind === 'lost' ? 'Outrider: the coordinator does not answer; trying again …' : 'Outrider: connecting …'}
  </p>
);

function useEscape(leave: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') leave();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  });
}
