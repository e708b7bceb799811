/** The whole durable state of a host: the epoch it has bound, and each of its apps. */
import type { Hold } from '@outrider/shared/domain/host.js';
import { type AppState, newApp } from './app-state.js';
import { decide } from './decide.js';
import { admit, type EpochBinding, NO_EPOCH } from './fence.js';
import { barredBy } from './hold.js';
import { ACCEPTED, type HostEffect, type HostEvent, type Reply } from './host-event.js';

export interface HostState {
  readonly binding: EpochBinding;
  readonly apps: Readonly<Record<string, AppState>>;
  /** Absent: it is not held. */
  readonly hold?: Hold;
}

export interface HostDecision {
  /** The very object that came in, where nothing changed. */
  readonly state: HostState;
  readonly effects: readonly HostEffect[];
  readonly reply: Reply;
}

export const NEW_HOST: HostState = { binding: NO_EPOCH, apps: {} };

/** An app may be called `constructor`. */
export const appOf = (state: HostState, app: string): AppState =>
  (Object.hasOwn(state.apps, app) ? state.apps[app] : undefined) ?? newApp(app);

export function bindEpoch(state: HostState, epoch: number, holder: string, wall: string): HostDecision {
  const admission = admit(state.binding, epoch, holder, wall);
  if (!admission.admitted) return { state, effects: [], reply: { accepted: false, reason: admission.reason } };
  const { binding } = admission;
  return { state: binding === state.binding ? state : { ...state, binding }, effects: [], reply: ACCEPTED };
}

export function decideHost(state: HostState, app: string, event: HostEvent): HostDecision {
  const speaker = speakerOf(event);
  const bound =
    speaker === undefined ? { state, reply: ACCEPTED } : bindEpoch(state, speaker.epoch, speaker.holder, speaker.wall);
  if (!bound.reply.accepted) return { state, effects: [], reply: bound.reply };
  const before = appOf(bound.state, app);
  const barred = barredBy(bound.state, before, event);
  if (barred !== undefined) return { state: bound.state, effects: [], reply: { accepted: false, reason: barred } };
  const decision = decide(before, event);
  if (decision.state === before) return { ...decision, state: bound.state };
  return { ...decision, state: { ...bound.state, apps: { ...bound.state.apps, [app]: decision.state } } };
}

function speakerOf(
  event: HostEvent,
): { readonly epoch: number; readonly holder: string; readonly wall: string } | undefined {
  if ('order' in event) {
    return { epoch: event.order.fence.epoch, holder: event.order.holder, wall: event.at.wall };
  }
  return event.kind === 'renew' ? { epoch: event.epoch, holder: event.holder, wall: event.at.wall } : undefined;
}
