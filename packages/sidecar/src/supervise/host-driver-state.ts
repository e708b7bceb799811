/**
 * The state of this host as it was kept. Where that can't be read, only a person can say what this host should run:
 * nothing is known then, nothing is written, and every command is refused with the reason.
 */
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { type HostState, NEW_HOST } from '../host/host-state.js';
import type { DurableStore } from './ports.js';

export interface KeptState {
  readonly state: HostState;
  /** To write to from now on. */
  readonly store: Pick<DurableStore, 'write'>;
  /** Why it is not known, in a sentence. */
  readonly problems: readonly string[];
}

export function keptState(store: DurableStore, onProblem: (error: unknown) => void): KeptState {
  try {
    return { state: (store.load() as HostState | undefined) ?? NEW_HOST, store, problems: [] };
  } catch (error) {
    onProblem(error);
    const sentence = messageOf(error);
    const refuse = (): never => {
      throw new OutriderError('refused', sentence, { cause: error });
    };
    return { state: NEW_HOST, store: { write: refuse }, problems: [sentence] };
  }
}
