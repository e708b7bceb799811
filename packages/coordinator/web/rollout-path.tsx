/** The rollout as a path: its hosts in their waves, how far each has come, its gates, and who is to blame. */
import type { JSX } from 'preact';
import { isUnderWay } from './controls.js';
import { Gates } from './gates.js';
import type { Rollout, RolloutHost } from './messages.js';
import { clockTime, lasting } from './words.js';

interface PathProps {
  readonly rollout: Rollout | null;
}

export function RolloutPath({ rollout }: PathProps): JSX.Element {
  if (rollout === null) {
    return (
      <section aria-label="Rollout" class="rollout">
        <h2>Rollout</h2>
        <p class="quiet">There was none yet.</p>
      </section>
    );
  }
  const { id, kind, app, version, fromVersion, phase, by, startedAt, endedAt, explained, hosts } = rollout;
  const waves = [...new Set(hosts.map(({ wave }) => wave))];
  return (
    <section aria-label="Rollout" class="rollout" data-rollout={id} data-phase={phase}>
      <h2>
        {kind === 'rollback' ? 'Rollback' : 'Rollout'} {id}{' '}
        <span class={`chip phase-${phase}`}>{rollout.paused ? 'paused' : phase.replace('_', ' ')}</span>
      </h2>
      <p>
        <b>
          {app} {fromVersion === undefined ? '' : `${fromVersion} → `}
          {version}
        </b>{' '}
        <span class="quiet">
          {rollout.options.strategy ?? ''} by {by}, {clockTime(startedAt)}, {isUnderWay(rollout) ? 'for' : 'took'}{' '}
          {lasting((endedAt ?? Date.now()) - startedAt)}
        </span>
      </p>
      <p data-test="explained">{explained}</p>
      <ol class="path">
        {waves.map((wave) => (
          <li key={wave} class="wave" aria-label={`Wave ${wave}`}>
            {hosts
              .filter((host) => host.wave === wave)
              .map((host) => (
                <HostPath key={`${host.host}/${host.app ?? ''}`} host={host} />
              ))}
          </li>
        ))}
      </ol>
      <Gates rollout={rollout} />
      <CulpritBox rollout={rollout} />
    </section>
  );
}

const STEPS = ['staged', 'switched', 'on trial', 'committed'] as const;
type Mark = 'done' | 'now' | 'todo' | 'bad' | 'back';
const SIGNS: Readonly<Record<Mark, string>> = { done: '●', now: '◉', todo: '○', bad: '✖', back: '↩' };

/** How many steps are done in each state, and whether the next one is under way. */
const PROGRESS: Readonly<Record<string, readonly [done: number, isBusy: boolean]>> = {
  pending: [0, false],
  staging: [0, true],
  staged: [1, false],
  switching: [1, true],
  trial: [2, true],
  committing: [3, true],
  committed: [4, false],
};

function HostPath({ host }: { readonly host: RolloutHost }): JSX.Element {
  const marks = marksOf(host);
  const label = host.app === undefined ? host.host : `${host.host} ${host.app}`;
  return (
    <div class="stop" data-stop={host.host} data-state={host.state}>
      <span class="name" title={label}>
        {label}
      </span>
      <span class="steps" aria-hidden="true">
        {STEPS.map((step, index) => (
          <span key={step} class={`step ${marks[index] ?? 'todo'}`} title={step}>
            {SIGNS[marks[index] ?? 'todo']}
          </span>
        ))}
      </span>
      <span class={`word word-${host.state}`} title={host.reason}>
        {host.state}
      </span>
    </div>
  );
}

function marksOf({ state, times = {} }: RolloutHost): readonly Mark[] {
  const known = PROGRESS[state];
  if (known !== undefined) {
    const [done, isBusy] = known;
    return STEPS.map((_, index) => (index < done ? 'done' : index === done && isBusy ? 'now' : 'todo'));
  }
  // It was on its way when it was turned round: as far as its times tell.
  const reached =
    times.committed !== undefined ? 4 : times.trial !== undefined ? 3 : times.switching !== undefined ? 2 : 1;
  const end: Mark = state === 'reverting' || state === 'reverted' ? 'back' : 'bad';
  return STEPS.map((_, index) => (index < reached - 1 ? 'done' : index === reached - 1 ? end : 'todo'));
}

function CulpritBox({ rollout: { culprit, reason } }: { readonly rollout: Rollout }): JSX.Element | null {
  if (culprit === undefined) return reason === undefined ? null : <p class="culprit">✖ {reason}</p>;
  return (
    <div class="culprit" data-test="culprit">
      <p>
        ✖ <b>{culprit.agent}</b> on <b>{culprit.host}</b>: {culprit.cause}
      </p>
      {culprit.log.length > 0 && (
        <pre class="log" tabIndex={0} aria-label={`Last lines of ${culprit.agent}`}>
          {culprit.log.join('\n')}
        </pre>
      )}
    </div>
  );
}
