/** What is wrong now, and what was told to be wrong lately. */
import type { JSX } from 'preact';
import { subjectOf } from './event-log.js';
import type { OutriderEvent, State } from './messages.js';
import { severityOf, SIGNS } from './severity.js';
import { clockTime } from './words.js';

const MOST_RECENT = 8;

interface ProblemsProps {
  readonly state: State;
  readonly events: readonly OutriderEvent[];
}

export function Problems({ state, events }: ProblemsProps): JSX.Element {
  const { errors, warnings } = state.status;
  const onHosts = state.hosts.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
  const recent = recentOf(events);
  return (
    <section aria-label="Errors and warnings" class="problems">
      <h2>Errors and warnings</h2>
      <ul>
        {errors.map((sentence) => (
          <li key={sentence} class="sev-error">
            {SIGNS.error} {sentence}
          </li>
        ))}
        {[...warnings, ...onHosts].map((sentence) => (
          <li key={sentence} class="sev-warning">
            {SIGNS.warning} {sentence}
          </li>
        ))}
        {recent.map((event) => (
          <li key={event.id} class={`sev-${severityOf(event)}`}>
            {SIGNS[severityOf(event)]} <time>{clockTime(Date.parse(event.at))}</time> {event.type} {subjectOf(event)}{' '}
            {event.reason ?? messageOf(event)}
          </li>
        ))}
      </ul>
      {errors.length + warnings.length + onHosts.length + recent.length === 0 && <p class="quiet">None.</p>}
    </section>
  );
}

/** Newest first. */
function recentOf(events: readonly OutriderEvent[]): readonly OutriderEvent[] {
  const found: OutriderEvent[] = [];
  for (let index = events.length - 1; index >= 0 && found.length < MOST_RECENT; index -= 1) {
    const event = events[index];
    if (event !== undefined && severityOf(event) === 'error') found.push(event);
  }
  return found;
}

const messageOf = ({ data }: OutriderEvent): string => {
  const said = data?.['message'];
  return typeof said === 'string' ? said : '';
};
