/** The page as a whole: what stands where, which agent is looked at, what is being asked, what was answered. */
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { AgentPanel } from './agent-panel.js';
import { Charts } from './charts.js';
import { Confirm } from './confirm.js';
import { Controls } from './controls.js';
import { Deliveries } from './deliveries.js';
import { EventLog } from './event-log.js';
import { FleetGrid } from './fleet-grid.js';
import { rolloutsOf, shownRollout } from './followed.js';
import { Header } from './header.js';
import { keyOf } from './keys.js';
import type { LinkState } from './link.js';
import type { Rollout, State } from './messages.js';
import type { Model } from './model.js';
import { Problems } from './problems.js';
import { RolloutChoice } from './rollout-choice.js';
import { RolloutPath } from './rollout-path.js';
import { focusTile } from './tab-stop.js';
import { type Acting, useActing } from './use-acting.js';

export interface AppProps {
  readonly model: Model;
  readonly link: LinkState;
  /** Whether this tab has the token. */
  readonly mayAct: boolean;
}

export function App({ model, link, mayAct }: AppProps): JSX.Element {
  const [chosen, choose] = useState<string>();
  const acting = useActing();
  const [rollout, follow] = useFollowed(model.state);
  const close = (): void => {
    choose(undefined);
    if (chosen !== undefined) focusTile(chosen);
  };
  useEscape(close);
  const { state } = model;
  if (state === undefined) return <Waiting link={link} />;
  const { question, act, prepare } = acting;
  const agent = state.agents.find((one) => keyOf(one) === chosen);
  const isLinked = link.kind === 'live';
  return (
    <>
      <Header state={state} link={link} mayAct={mayAct} />
      <AnswerLine {...acting} />
      <main>
        <div class="column">
          <FleetGrid state={state} chosen={chosen} choose={choose} />
          <Charts state={state} connection={model.connections} />
          <EventLog events={model.events} seen={model.eventsSeen} missed={model.missed} />
        </div>
        <div class="column">
          <RolloutChoice rollouts={rolloutsOf(state)} shown={rollout} follow={follow} />
          <RolloutPath rollout={rollout} />
          <Controls {...{ state, rollout, mayAct, act, prepare }} />
          <Problems state={state} events={model.events} />
          <Deliveries ended={model.ended} connection={model.connections} />
        </div>
      </main>
      {agent !== undefined && (
        <AgentPanel key={chosen} {...{ agent, mayAct, isLinked, act, close }} connection={model.connections} />
      )}
      {question !== undefined && <Confirm question={question} yes={acting.carryOut} no={acting.leave} />}
    </>
  );
}

const AnswerLine = ({ answer, closeAnswer }: Pick<Acting, 'answer' | 'closeAnswer'>): JSX.Element | null =>
  answer === undefined ? null : (
    <p class={answer.ok ? 'answer' : 'answer bad'} role="status">
      {answer.sentence}{' '}
      <button class="plain" onClick={closeAnswer} aria-label="Close this message">
        ✕
      </button>
    </p>
  );

/** Sticks to what it has shown. */
function useFollowed(state: State | undefined): readonly [Rollout | null, (id: string) => void] {
  const [followed, follow] = useState<string>();
  const shown = state === undefined ? null : shownRollout(state, followed);
  useEffect(() => follow(shown?.id), [shown?.id]);
  return [shown, follow];
}

const Waiting = ({ link }: { readonly link: LinkState }): JSX.Element => (
  <p class="first" role="status">
    {link.kind === 'lost' ? 'Outrider: the coordinator does not answer; trying again …' : 'Outrider: connecting …'}
  </p>
);

function useEscape(leave: () => void): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      // There it means no, or to empty what was written.
      const isElsewhere = event.target instanceof HTMLInputElement || document.querySelector('dialog[open]') !== null;
      if (event.key === 'Escape' && !isElsewhere) leave();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  });
}
