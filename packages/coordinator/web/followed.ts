/** Which rollout the page shows, and so which one its buttons are about. Pure. */
import type { Rollout, State } from './messages.js';

type Shown = Pick<State, 'rollout' | 'others'>;

/** All that there are to choose from. */
export const rolloutsOf = ({ rollout, others }: Shown): readonly Rollout[] =>
  rollout === null ? others : [rollout, ...others];

/** `followed` is an id: one that begins meanwhile takes no button away from it. Without it, or once it has gone: the newest. */
export const shownRollout = (state: Shown, followed: string | undefined): Rollout | null =>
  rolloutsOf(state).find(({ id }) => id === followed) ?? state.rollout;
