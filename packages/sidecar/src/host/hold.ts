/** The hold of a whole host: how it begins, what it forbids, how it ends. Durable before anything goes back. */
import { heldWords } from '@outrider/shared/domain/host.js';
import { sameRelease } from '@outrider/shared/domain/release.js';
import type { AppState } from './app-state.js';
import { type Emergency, goBackNow } from './emergency.js';
import type { HostEffect, HostEvent } from './host-event.js';
import type { HostState } from './host-state.js';

export interface HoldDecision {
  /** The very object that came in, where nothing changed. */
  readonly state: HostState;
  readonly effects: readonly { readonly app: string; readonly effects: readonly HostEffect[] }[];
}

/**
 * Held already, it stays held as it was: an emergency that is told twice goes back once. The epoch is raised, so that
 * the leader that is obeyed now is heard no more: the next one sees the hold before it decides anything.
 */
export function holdHost(state: HostState, reason: string, emergency: Omit<Emergency, 'sentence'>): HoldDecision {
  if (state.hold !== undefined) return { state, effects: [] };
  const { by, since } = emergency;
  const sentence = `emergency by ${by}${reason === '' ? '' : `: ${reason}`}`;
  const decided = Object.values(state.apps).map((app) => goBackNow(app, { ...emergency, sentence }));
  const binding = { epoch: state.binding.epoch + 1, holder: `the emergency of ${by}`, since };
  return {
    state: {
      binding,
      apps: Object.fromEntries(decided.map((decision) => [decision.state.app, decision.state])),
      hold: { by, since, reason },
    },
    effects: decided.map(({ state: { app }, effects }) => ({ app, effects })),
  };
}

export function resumeHost(state: HostState): HostState {
  const { hold, ...free } = state;
  return hold === undefined ? state : free;
}

/** Why the host does not obey now, as a sentence; undefined: the hold has nothing against it. */
export function barredBy({ hold }: HostState, app: AppState, event: HostEvent): string | undefined {
  if (hold === undefined || !isBarred(app, event)) return undefined;
  return (
    `This host is ${heldWords(hold)}: nothing is switched, committed or renewed here until ` +
    '`coordinator host resume` or, on the host itself, `sidecar resume`.'
  );
}

/** What is fetched touches nothing that runs; what goes back, or to where the host is already, is as the hold wants it. */
function isBarred(app: AppState, event: HostEvent): boolean {
  if (event.kind === 'switch') return event.confirmWithinMs > 0 || !sameRelease(event.release, app.active);
  return event.kind === 'commit' || event.kind === 'renew';
}
