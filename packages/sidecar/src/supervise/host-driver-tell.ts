/** What a host decided, as an event of the fleet's history. */
import type { ScaledEffect, TellEffect } from '../host/host-event.js';
import type { EventSink } from './ports.js';

export function tellOf(events: EventSink, app: string, effect: TellEffect | ScaledEffect): void {
  if (effect.kind === 'scaled') {
    const { agent, version, by, reason, from, to } = effect;
    events.emit('agent.scaled', { app, agent, version, by, ...(reason === '' ? {} : { reason }), data: { from, to } });
    return;
  }
  const { type, rollout, by, version, reason, culprit } = effect;
  events.emit(type, {
    app,
    rollout,
    ...(by === undefined ? {} : { by }),
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
    data: {
      rollout,
      ...(version === undefined ? {} : { version }),
      ...(culprit === undefined ? {} : { culprit }),
    },
  });
}
