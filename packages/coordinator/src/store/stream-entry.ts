/** An entry of the stream of events, as Redis gives it. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { EVENT_FIELD } from '@outrider/shared/runtime/fleet-keys.js';

/** Undefined: it is no event of ours. */
export function eventIn(fields: readonly string[]): OutriderEvent | undefined {
  const text = fields[fields.indexOf(EVENT_FIELD) + 1];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as OutriderEvent;
  } catch {
    return undefined;
  }
}

export const noSuchEvent = (id: string): OutriderError =>
  new OutriderError(
    'not_found',
    `after: there is no event ${id.slice(0, 100)} in the history, or not any more. Leave "after" out to begin with the last ones.`,
  );
