/** Errors of agents as all faces of the coordinator give them. */
import { type ErrorFilter, matches, SEVERITIES } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { oneOf, optionalName } from './fields.js';
import type { Inside } from './inside.js';
import type { ChoosePast } from './ports.js';

/** What callers may leave empty. */
export interface ErrorQuery {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly severity: string;
}

export const filterOf = ({ host, app, agent, severity }: ErrorQuery): ErrorFilter => ({
  ...{ host: optionalName('host', host), app: optionalName('app', app), agent: optionalName('agent', agent) },
  severity: severity === '' ? 'info' : oneOf('severity', severity, SEVERITIES),
});

/** The last `lines` of those since then, and each that comes. */
export async function* followedErrors(
  { errors }: Inside,
  filter: ErrorFilter,
  { since, lines }: { readonly since: number; readonly lines: number },
  signal: AbortSignal,
): AsyncGenerator<OutriderEvent> {
  const choose: ChoosePast = (kept, page) =>
    lines === 0 ? [] : [...kept, ...page.filter((event) => matches(event, filter))].slice(-lines);
  for await (const event of errors.follow(since, choose, signal)) if (matches(event, filter)) yield event;
}
