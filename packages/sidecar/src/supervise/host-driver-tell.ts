/** What a host decided, as an event of the fleet's history. */
import type { TellEffect } from '../host/host-event.js';
import type { EventSink } from './ports.js';

export function tellOf(events: EventSink, app: string, effect: TellEffect): void {
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
