/** An error of an agent as an event: without secrets, and no longer than is worth keeping. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { redact, redactAll } from '@outrider/shared/domain/redact.js';
import type { BusSpeaker } from './bus.js';
import type { ErrorFrame } from './frame.js';

type Fields = Pick<OutriderEvent, 'app' | 'agent' | 'instance' | 'reason' | 'data'>;

const LONGEST_MESSAGE = 2_000;
const LONGEST_CONTEXT = 4_000;

/** `untold`: how many of the agent's errors before it were only counted. */
export function errorEvent(speaker: BusSpeaker, frame: ErrorFrame, untold: number): Fields {
  const message = short(redact(frame.message), LONGEST_MESSAGE);
  return {
    ...placeOf(speaker),
    reason: message,
    data: {
      ...{ error_type: redact(frame.errorType), severity: frame.severity, message, context: contextOf(frame) },
      ...(untold === 0 ? {} : { untold }),
    },
  };
}

/** Nothing came after them that could have said so. */
export function untoldEvent(speaker: BusSpeaker, untold: number): Fields {
  const errors = untold === 1 ? 'error' : 'errors';
  return { ...placeOf(speaker), reason: `${untold} more ${errors} at once: counted, not kept`, data: { untold } };
}

const placeOf = ({ app, agent, instance }: BusSpeaker): Fields => ({
  ...(app === '' ? {} : { app }),
  ...{ agent, instance },
});

function contextOf({ context }: ErrorFrame): Readonly<Record<string, unknown>> {
  const shown = redactAll(context) as Readonly<Record<string, unknown>>;
  const text = JSON.stringify(shown);
  return text.length <= LONGEST_CONTEXT ? shown : { shortened: short(text, LONGEST_CONTEXT) };
}

const short = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}...`);
