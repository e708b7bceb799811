/** What can be said to the rollout and to the fleet. Each button says what it does; what is far-reaching asks first. */
import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { type Act, post } from './actions.js';
import type { Rollout, State } from './messages.js';

interface ControlsProps {
  readonly state: State;
  readonly mayAct: boolean;
  readonly act: Act;
}

const STRATEGIES = ['graceful', 'immediate', 'selective', 'progressive', 'emergency'] as const;
const MEANINGS: Readonly<Record<string, string>> = {
  graceful: 'hosts one after another, agents are given their time to stop',
  immediate: 'all hosts at once, agents are given their time to stop',
  selective: 'only the agents that are named',
  progressive: 'hosts one after another, with a rest between two',
  emergency: 'all hosts at once, agents are killed without grace',
};

const ENDED = ['succeeded', 'rolled_back', 'aborted', 'stuck'];
export const isUnderWay = (rollout: Rollout | null): rollout is Rollout =>
  rollout !== null && !ENDED.includes(rollout.phase);

export function Controls({ state, mayAct, act }: ControlsProps): JSX.Element {
  return (
    <section aria-label="Controls" class="controls">
      <h2>Controls</h2>
      <RolloutButtons rollout={state.rollout} mayAct={mayAct} act={act} />
      <RollbackForm state={state} mayAct={mayAct} act={act} />
      <p>
        <button class="danger" disabled={!mayAct} onClick={() => emergency(state, act)}>
          ■ Emergency stop
        </button>
      </p>
    </section>
  );
}

function RolloutButtons({ rollout, mayAct, act }: Pick<ControlsProps, 'mayAct' | 'act'> & Pick<State, 'rollout'>) {
  const isOn = isUnderWay(rollout);
  const say = (action: string, done: string): (() => ReturnType<typeof post>) => {
    return () => post('/rollout', { action, rollout: rollout?.id ?? '' }, done);
  };
  const id = rollout?.id ?? '';
  const abort = {
    title: `Abort ${id}?`,
    lines: [`Every host that ${id} has touched goes back to what it ran before.`],
    yes: `Abort ${id}`,
  };
  const isPaused = isOn && rollout.paused;
  return (
    <p class="buttons">
      <button disabled={!mayAct || !isOn || isPaused} onClick={() => act(say('pause', `${id} pauses.`))}>
        ❚❚ Pause
      </button>
      <button disabled={!mayAct || !isPaused} onClick={() => act(say('resume', `${id} goes on.`))}>
        ▶ Resume
      </button>
      <button
        disabled={!mayAct || !isOn || rollout.awaiting === undefined}
        onClick={() => act(say('promote', `${id} is promoted.`))}
      >
        » Promote
      </button>
      <button disabled={!mayAct || !isOn} onClick={() => act(say('abort', `${id} is taken back.`), abort)}>
        ✖ Abort
      </button>
    </p>
  );
}

interface Wish {
  readonly strategy: string;
  readonly app: string;
  readonly to: string;
  /** Of a selective one, `a,b`. */
  readonly agents: string;
}

function RollbackForm({ state, mayAct, act }: ControlsProps): JSX.Element {
  const [wish, setWish] = useState<Wish>({ strategy: STRATEGIES[0], app: '', to: '', agents: '' });
  const field = (key: keyof Wish) => ({
    value: wish[key],
    onInput: ({ currentTarget: { value } }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
      setWish({ ...wish, [key]: value.trim() }),
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    rollback(state, wish, act);
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
      {wish.strategy === 'selective' && <input aria-label="Agents" placeholder="agents: a,b" {...field('agents')} />}
      <button disabled={!mayAct}>↩ Roll back</button>
    </form>
  );
}

function rollback(state: State, { strategy, app, to, agents }: Wish, act: Act): void {
  const names = strategy === 'selective' && agents !== '' ? agents.split(',').map((name) => name.trim()) : [];
  const body = {
    strategy,
    ...(app === '' ? {} : { app }),
    ...(to === '' ? {} : { to }),
    ...(names.length === 0 ? {} : { agents: names }),
  };
  const what = app === '' ? 'Every app' : app;
  act(() => post('/rollback', body, 'The rollback has begun.'), {
    title: 'Roll back?',
    lines: [
      `${names.length === 0 ? what : `${names.join(', ')} of ${what}`} goes to ${to === '' ? "each host's previous release" : to}.`,
      ...whatGoes(state, app),
      `${strategy}: ${MEANINGS[strategy] ?? ''}.`,
    ],
    yes: 'Roll back',
  });
}

/** What runs where, and what would run instead: of a rollout under way, what its hosts came from. */
function whatGoes({ hosts, rollout }: State, app: string): readonly string[] {
  return hosts.flatMap((host) =>
    host.apps
      .filter((one) => app === '' || one.app === app)
      .map(({ app: name, version, previous }) => {
        const entry = isUnderWay(rollout)
          ? rollout.hosts.find((stop) => stop.host === host.name && (stop.app ?? rollout.app) === name)
          : undefined;
        if (entry === undefined) return `${host.name}: ${name} ${version ?? '–'} → ${previous ?? 'nothing'}`;
        const from = entry.from?.version ?? 'nothing';
        return entry.touched ? `${host.name}: ${name} back to ${from}` : `${host.name}: ${name} stays at ${from}`;
      }),
  );
}

function emergency(state: State, act: Act): void {
  const { rollout } = state;
  act(() => post('/rollback', {}, 'Everything goes back now.'), {
    title: 'Emergency stop: take everything back now?',
    lines: [
      ...(isUnderWay(rollout) ? [`${rollout.id} (${rollout.app} ${rollout.version}) is aborted.`] : []),
      'Every app on every host goes back, all hosts at once; agents are killed without grace.',
      ...whatGoes(state, ''),
    ],
    yes: 'Take everything back',
  });
}
