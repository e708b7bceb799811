/** What reconciling may decide for one slot, and the moves that every way of reconciling is made of. */
import type { Board } from './board.js';
import type { Slot, View } from './view.js';

export interface Place {
  readonly agent: string;
  readonly index: number;
  readonly slot: Slot;
}

export type Action =
  /** Fill the empty slot and start it. */
  | (Place & { readonly kind: 'start' })
  | (Place & { readonly kind: 'stop'; readonly reason: string })
  /** Empty the slot; nothing runs in it. */
  | (Place & { readonly kind: 'forget' })
  /** The candidate becomes the active one, whose slot is empty. */
  | (Place & { readonly kind: 'promote' })
  /** It is kept as it is, out of service, while another version is on trial. */
  | (Place & { readonly kind: 'park' })
  /** It is needed again: the same process. */
  | (Place & { readonly kind: 'unpark' })
  /** It starts anew, because a dependency did. */
  | (Place & { readonly kind: 'restart'; readonly reason: string })
  /** What a person has stopped gets the settings of the new release, and goes on resting. */
  | (Place & { readonly kind: 'renew' });

export const REPLACED = 'replaced by another release';

/** What a crash of the sidecar left half done is finished first. */
export function promotions(board: Board): readonly Action[] {
  return board.views
    .filter(({ agent, index, slot }) => slot === 'candidate' && board.pair(agent, index).active === undefined)
    .map((view) => ({ kind: 'promote', ...placeOf(view) }));
}

/** What was kept and is wanted again runs on before anything else is touched. */
export function unparked(board: Board): readonly Action[] {
  return board.views
    .filter((view) => isParked(view) && !isReplaced(view, board))
    .map((view) => ({ kind: 'unpark', ...placeOf(view) }));
}

/** Stops what runs, forgets what does not, waits for what is leaving. */
export function take(view: View, reason: string): Action[] {
  if (isEmpty(view)) return forget(view);
  return view.phase === 'leaving' ? [] : [{ kind: 'stop', ...placeOf(view), reason }];
}

export const forget = (view: View): Action[] => [{ kind: 'forget', ...placeOf(view) }];
export const placeOf = ({ agent, index, slot }: View): Place => ({ agent, index, slot });

/** No process is left of it. */
export const isEmpty = ({ phase }: View): boolean => phase === 'gone' || phase === 'done' || phase === 'resting';
export const isOut = ({ phase }: View): boolean => phase === 'leaving' || phase === 'gone';
export const isParked = ({ phase }: View): boolean => phase === 'parking' || phase === 'parked';

/** What serves no more once the switch is through: removed, or of another version than the wanted one. */
export const isReplaced = (view: View, board: Board): boolean =>
  !board.isWanted(view) || board.agent(view.agent)?.fingerprint !== view.fingerprint;
