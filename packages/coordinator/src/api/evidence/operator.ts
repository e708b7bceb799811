/** Who has had a hand in a rollout. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { CONTROL_ACTIONS, type Rollout } from '@outrider/shared/domain/rollout.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import type { RolloutTrace } from '../../engine/ports.js';

export interface Operators {
  readonly by: string;
  readonly message?: string;
  readonly started_at: string;
  readonly promoted_by?: string;
  readonly aborted_by?: string;
  readonly did: readonly { readonly at: string; readonly action: string; readonly by: string }[];
}

export function operatorOf(rollout: Rollout, { decisions }: RolloutTrace, events: readonly OutriderEvent[]): Operators {
  const { by, options, startedAt, promotedBy, abortedBy } = rollout;
  const decided = decisions.flatMap(({ at, events: causes }) =>
    causes.flatMap(({ kind, by: who }) =>
      who !== undefined && (CONTROL_ACTIONS as readonly string[]).includes(kind) ? [{ at, action: kind, by: who }] : [],
    ),
  );
  // An older coordinator has kept no decisions.
  const told = events.flatMap(({ at, type, by: who }) =>
    who !== undefined && /^rollout\.(paused|resumed|promoted|aborted)$/.test(type)
      ? [{ at, action: type.slice('rollout.'.length), by: who }]
      : [],
  );
  return {
    by,
    ...(options.message === undefined ? {} : { message: options.message }),
    started_at: rfc3339(startedAt),
    ...(promotedBy === undefined ? {} : { promoted_by: promotedBy }),
    ...(abortedBy === undefined ? {} : { aborted_by: abortedBy }),
    did: decisions.length === 0 ? told : decided,
  };
}
