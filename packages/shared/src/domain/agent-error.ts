/** Errors that agents report on the bus: as they are kept, and as people see them, in groups. */
import type { OutriderEvent } from './event.js';

/** Mildest first. */
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whether `severity` is as bad as `least` or worse; what is no severity is taken for `error`. */
export const isAtLeast = (severity: unknown, least: Severity): boolean => rank(severity) >= SEVERITIES.indexOf(least);

const rank = (severity: unknown): number => {
  const found = SEVERITIES.indexOf(severity as Severity);
  return found === -1 ? SEVERITIES.indexOf('error') : found;
};

/** Errors of one agent with the same type and, but for numbers and ids, the same message. */
export interface ErrorGroup {
  readonly id: string;
  /** '': programs that are no agents. */
  readonly app: string;
  readonly agent: string;
  readonly errorType: string;
  /** The worst. */
  readonly severity: Severity;
  /** Of the last one. */
  readonly message: string;
  readonly count: number;
  /** RFC 3339. */
  readonly first: string;
  readonly last: string;
  readonly hosts: readonly string[];
  /** Of the last one. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Counted, and not kept: an agent reported more at once than is kept of it. */
export interface DroppedErrors {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly count: number;
}

export interface ErrorFilter {
  /** '': any; as of the others. */
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  /** As bad as this or worse. */
  readonly severity: Severity;
}

export const ANY_ERROR: ErrorFilter = { host: '', app: '', agent: '', severity: 'info' };

const LONGEST_KEY = 200;
const VARYING = [
  // A UUID, a number in hex, a digest or another id of letters and digits, any other number.
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?=[a-z]*[0-9])[0-9a-f]{8,}\b/gi,
  /[0-9]+(?:[.,:][0-9]+)*/g,
];

/** A message without what differs from one time to the next: two that say the same become the same. */
export const normalized = (message: string): string =>
  VARYING.reduce((text, pattern) => text.replace(pattern, '#'), message)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_KEY)
    .trim();

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Which errors are one group. */
export const groupKey = ({ app = '', agent = '', data = {}, reason = '' }: OutriderEvent): string =>
  JSON.stringify([app, agent, textOf(data['error_type']), normalized(textOf(data['message']) || reason)]);

/** How many before this one were counted and not kept. */
export function untoldIn({ data = {} }: OutriderEvent): number {
  const untold = data['untold'];
  return typeof untold === 'number' && untold > 0 ? untold : 0;
}

/** An error itself, not only word of those that were not kept. */
export const isError = ({ data = {} }: OutriderEvent): boolean => textOf(data['error_type']) !== '';

export const matches = (event: OutriderEvent, filter: ErrorFilter): boolean =>
  isFrom(event, filter) && (!isError(event) || isAtLeast(event.data?.['severity'], filter.severity));

const isFrom = (event: OutriderEvent, { host, app, agent }: ErrorFilter): boolean =>
  (host === '' || event.host === host) && (app === '' || event.app === app) && (agent === '' || event.agent === agent);

export interface GroupedErrors {
  /** The one that was seen last comes first. */
  readonly groups: readonly ErrorGroup[];
  readonly dropped: readonly DroppedErrors[];
}

/** Groups as events come, in any order; each id counts once. Holds of each group the last event, and of all others the id. */
export class ErrorGroups {
  private readonly groups = new Map<string, ErrorGroup>();
  private readonly dropped = new Map<string, DroppedErrors>();
  private readonly seen = new Set<string>();

  constructor(private readonly filter: ErrorFilter = ANY_ERROR) {}

  add(events: Iterable<OutriderEvent>): void {
    for (const event of events) {
      if (this.seen.has(event.id) || !matches(event, this.filter)) continue;
      this.seen.add(event.id);
      const untold = untoldIn(event);
      if (untold > 0) drop(this.dropped, event, untold);
      if (!isError(event)) continue;
      const key = groupKey(event);
      this.groups.set(key, added(this.groups.get(key), event, key));
    }
  }

  all(): GroupedErrors {
    const groups = [...this.groups.values()];
    const latest = groups.sort((a, b) => (a.last === b.last ? order(a.id, b.id) : order(b.last, a.last)));
    return { groups: latest, dropped: [...this.dropped.values()] };
  }
}

/** Of all of them at once. */
export function groupErrors(events: Iterable<OutriderEvent>, filter: ErrorFilter = ANY_ERROR): GroupedErrors {
  const groups = new ErrorGroups(filter);
  groups.add(events);
  return groups.all();
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function drop(dropped: Map<string, DroppedErrors>, event: OutriderEvent, count: number): void {
  const { host = '', app = '', agent = '' } = event;
  const key = JSON.stringify([host, app, agent]);
  dropped.set(key, { host, app, agent, count: count + (dropped.get(key)?.count ?? 0) });
}

function added(group: ErrorGroup | undefined, event: OutriderEvent, key: string): ErrorGroup {
  const { app = '', agent = '', host, at, data = {}, reason = '' } = event;
  const isLatest = group === undefined || at >= group.last;
  const severity = SEVERITIES[rank(data['severity'])] ?? 'error';
  const context = data['context'];
  const hosts = new Set([...(group?.hosts ?? []), ...(host === undefined ? [] : [host])]);
  return {
    ...{ id: shortId(key), app, agent, errorType: textOf(data['error_type']) },
    severity: group !== undefined && rank(group.severity) > rank(severity) ? group.severity : severity,
    message: isLatest ? textOf(data['message']) || reason : group.message,
    count: (group?.count ?? 0) + 1,
    first: group !== undefined && group.first < at ? group.first : at,
    last: isLatest ? at : group.last,
    hosts: [...hosts].sort(),
    context: isLatest ? (isRecord(context) ? context : {}) : group.context,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** FNV-1a, twice: a name for people and scripts, the same on every coordinator; nothing rests on it. */
function shortId(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let index = 0; index < text.length; index += 1) {
    a = Math.imul(a ^ text.charCodeAt(index), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(index), 0x01000193);
  }
  return [a, b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
