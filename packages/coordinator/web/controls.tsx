/** What can be said to the rollout and to the fleet. Each button says what it does; what is far-reaching asks first. */
import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { ENDED_PHASES } from '@outrider/shared/domain/rollout.js';
import { type Act, type Answer, post, type Prepare, type Question, say } from './actions.js';
import type { Rollout, State } from './messages.js';
import { token } from './token.js';
import {
  abortLines,
  type Begun,
  begunSentence,
  MEANINGS,
  planLines,
  type RollbackPlan,
  type Strategy,
  underWayIn,
} from './way-back.js';

interface ControlsProps {
  readonly state: State;
  /** That the buttons are about. */
  readonly rollout: Rollout | null;
  readonly mayAct: boolean;
  readonly act: Act;
  readonly prepare: Prepare;
}

const STRATEGIES = Object.keys(MEANINGS) as readonly Strategy[];
/** An emergency is not held up by a coordinator that has no plan soon. */
const PLAN_WITHIN_MS = 4_000;

export const isUnderWay = (rollout: Rollout | null): rollout is Rollout =>
  rollout !== null && !(ENDED_PHASES as readonly string[]).includes(rollout.phase);

export function Controls({ state, rollout, mayAct, act, prepare }: ControlsProps): JSX.Element {
  return (
    <section aria-label="Controls" class="controls">
      <h2>Controls</h2>
      <RolloutButtons rollout={rollout} mayAct={mayAct} act={act} />
      <RollbackForm state={state} mayAct={mayAct} prepare={prepare} />
      <p>
        <button class="danger" disabled={!mayAct} onClick={() => prepare(emergency)}>
          ■ Emergency stop
        </button>
      </p>
    </section>
  );
}

function RolloutButtons({ rollout, mayAct, act }: Pick<ControlsProps, 'rollout' | 'mayAct' | 'act'>) {
  const isOn = isUnderWay(rollout);
  const id = rollout?.id ?? '';
  const ask = (action: string) => () =>
    post<{ answer?: string; explained: string }>(
      '/rollout',
      { action, rollout: id },
      ({ answer, explained }) => answer ?? explained,
    );
  const abort = { title: `Abort ${id}?`, lines: isOn ? abortLines(rollout) : [], yes: `Abort ${id}` };
  const isPaused = isOn && rollout.paused;
  return (
    <p class="buttons">
      <button disabled={!mayAct || !isOn || isPaused} onClick={() => act(ask('pause'))}>
        ❚❚ Pause
      </button>
      <button disabled={!mayAct || !isPaused} onClick={() => act(ask('resume'))}>
        ▶ Resume
      </button>
      <button disabled={!mayAct || !isOn || rollout.awaiting === undefined} onClick={() => act(ask('promote'))}>
        » Promote
      </button>
      <button disabled={!mayAct || !isOn} onClick={() => act(ask('abort'), abort)}>
        ✖ Abort
      </button>
    </p>
  );
}

interface Wish {
  readonly strategy: Strategy;
  readonly app: string;
  readonly to: string;
  /** Of a selective one, `a,b`. */
  readonly agents: string;
}

function RollbackForm({ state, mayAct, prepare }: Pick<ControlsProps, 'state' | 'mayAct' | 'prepare'>): JSX.Element {
  const [wish, setWish] = useState<Wish>({ strategy: 'graceful', app: '', to: '', agents: '' });
  const field = (key: keyof Wish) => ({
    value: wish[key],
    onInput: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
      setWish({ ...wish, [key]: value.trim() }),
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    prepare(() => rollback(wish));
  };
  return (
    <form class="buttons" onSubmit={submit} aria-label="Rollback">
      <select aria-label="App" {...field('app')}>
        <option value="">every app</option>
        {state.status.apps.map(({ app }) => (
          <option key={app}>{app}</option>
        ))}
      </select>
      <select aria-label="Strategy" title={MEANINGS[wish.strategy]} {...field('strategy')}>
        {STRATEGIES.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      <input aria-label="Version" placeholder="previous release" {...field('to')} />
      {wish.strategy === 'selective' && (
        <input aria-label="Agents" placeholder="agents: a,b" required {...field('agents')} />
      )}
      <button disabled={!mayAct}>↩ Roll back</button>
    </form>
  );
}

async function rollback({ strategy, app, to, agents }: Wish): Promise<Question | Answer> {
  const names = strategy === 'selective' && agents !== '' ? agents.split(',').map((name) => name.trim()) : [];
  const body = {
    strategy,
    ...(app === '' ? {} : { app }),
    ...(to === '' ? {} : { to }),
    ...(names.length === 0 ? {} : { agents: names }),
  };
  const planned = await say<RollbackPlan>('/plan/rollback', body);
  if (!planned.ok) return planned;
  const plan = planned.answer;
  if (!plan.possible) return { ok: false, sentence: planLines(plan).join(' ') };
  return { title: 'Roll back?', lines: planLines(plan), yes: 'Roll back', doing: () => takeBack(body, plan) };
}

/** Never held up: where there is no plan, that is what is said, and it can be done all the same. */
async function emergency(): Promise<Question | Answer> {
  const planned = await say<RollbackPlan>('/plan/rollback', {}, PLAN_WITHIN_MS);
  if (token() === undefined && !planned.ok) return planned;
  const plan = planned.ok ? planned.answer : undefined;
  return {
    title: 'Emergency stop: take everything back now?',
    lines: [
      'Every app on every host goes back to its last good release, all hosts at once; agents are killed without grace.',
      ...(plan === undefined ? ['What that is for each host is not known: there was no plan.'] : planLines(plan)),
    ],
    yes: 'Take everything back',
    doing: () => takeBack({}, plan),
  };
}

function takeBack(body: object, plan: RollbackPlan | undefined): Promise<Answer> {
  const expected = plan === undefined ? '' : underWayIn(plan);
  return post<Begun>('/rollback', { ...body, ...(expected === '' ? {} : { expect_rollout: expected }) }, begunSentence);
}
