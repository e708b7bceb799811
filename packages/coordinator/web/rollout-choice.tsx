/** Where several rollouts are under way: which one is shown, and taken by the buttons. */
import type { JSX } from 'preact';
import type { Rollout } from './messages.js';

interface ChoiceProps {
  readonly rollouts: readonly Rollout[];
  readonly shown: Rollout | null;
  readonly follow: (id: string) => void;
}

export function RolloutChoice({ rollouts, shown, follow }: ChoiceProps): JSX.Element | null {
  if (rollouts.length < 2) return null;
  return (
    <p class="buttons">
      <label>
        {rollouts.length} are under way; shown and controlled is{' '}
        <select
          aria-label="Rollout shown"
          value={shown?.id ?? ''}
          onChange={({ currentTarget }) => follow(currentTarget.value)}
        >
          {rollouts.map(({ id, kind, app, version }) => (
            <option key={id} value={id}>
              {`${kind} ${id}: ${app} ${version}`}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}
