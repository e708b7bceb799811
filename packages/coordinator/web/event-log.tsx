/** The history as it is made, newest first, with a filter. Draws a bounded part of what is kept. */
import { memo } from 'preact/compat';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { OutriderEvent } from './messages.js';
import { type Severity, severityOf, SIGNS } from './severity.js';
import { clockTime } from './words.js';

const MOST_SHOWN = 150;

interface LogProps {
  readonly events: readonly OutriderEvent[];
  readonly seen: number;
  readonly missed: boolean;
}

const KINDS = ['all', 'problems', 'rollout', 'agent', 'host', 'error'] as const;

export function EventLog({ events, seen, missed }: LogProps): JSX.Element {
  const [words, setWords] = useState('');
  const [kind, setKind] = useState<string>('all');
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);
  const shown = newestOf(events, kind, words.toLowerCase().split(/\s+/).filter(Boolean));
  return (
    <section aria-label="Events" class="events" data-seen={seen}>
      <h2>
        Events
        <input
          ref={field}
          type="search"
          aria-label="Filter events"
          placeholder="filter ( / )"
          value={words}
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
        <select aria-label="Kind of events" value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          {KINDS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <small class="quiet">
          {shown.length} shown, {seen} seen
        </small>
      </h2>
      {missed && <p class="quiet">Some events between then and now were too many to be caught up on.</p>}
      <ol>
        {shown.map((event) => (
          <Row key={event.id} event={event} severity={severityOf(event)} />
        ))}
      </ol>
    </section>
  );
}

function newestOf(events: readonly OutriderEvent[], kind: string, words: readonly string[]): readonly OutriderEvent[] {
  const found: OutriderEvent[] = [];
  for (let index = events.length - 1; index >= 0 && found.length < MOST_SHOWN; index -= 1) {
    const event = events[index];
    if (event !== undefined && isOf(event, kind) && contains(event, words)) found.push(event);
  }
  return found;
}

function isOf(event: OutriderEvent, kind: string): boolean {
  if (kind === 'all') return true;
  if (kind === 'problems') return ['error', 'warning'].includes(severityOf(event));
  return event.type.startsWith(`${kind}.`);
}

function contains(event: OutriderEvent, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${event.type} ${subjectOf(event)} ${event.reason ?? ''} ${event.by ?? ''}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export function subjectOf({ host, app, agent, instance, rollout, version }: OutriderEvent): string {
  const who = agent === undefined ? app : `${agent}${instance === undefined ? '' : `.${instance}`}`;
  return [who, host === undefined ? undefined : `on ${host}`, version, rollout].filter(Boolean).join(' ');
}

const Row = memo(function Row({ event, severity }: { readonly event: OutriderEvent; readonly severity: Severity }) {
  return (
    <li class={`sev-${severity}`}>
      <time>{clockTime(Date.parse(event.at))}</time>
      <span class="sign" role="img" aria-label={severity}>
        {SIGNS[severity]}
      </span>
      <b>{event.type}</b> <span>{subjectOf(event)}</span> <span class="quiet">{event.reason ?? ''}</span>
    </li>
  );
});

/** `/` goes to the filter, unless somebody writes elsewhere. */
function useSlash(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, []);
}
