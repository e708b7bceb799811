/** What `logs` of both programs takes: a moment to begin at, names of agents; and how a line is shown. */
import { InvalidArgumentError } from 'commander';
import { DURATION_RULE, parseDuration } from '../domain/duration.js';
import { isName, NAME_RULE } from '../domain/name.js';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const SINCE_RULE = `Expected is ${DURATION_RULE}, or a time such as 2026-11-25T10:00:00Z.`;

/** Lines to begin with where nobody says how many; with a moment, as many as a host gives. */
export const LOG_LINES = 100;
export const MOST_LOG_LINES = 10_000;

/** Milliseconds since the epoch, by the clock of this machine. @throws InvalidArgumentError */
export function sinceOption(text: string): number {
  const ago = parseDuration(text);
  const moment = ago === undefined ? momentOf(text) : Date.now() - ago;
  if (moment === undefined || !Number.isFinite(moment) || moment < 1) throw new InvalidArgumentError(SINCE_RULE);
  if (moment > Date.now()) throw new InvalidArgumentError('That moment has not come yet.');
  return moment;
}

const momentOf = (text: string): number | undefined => (MOMENT.test(text) ? Date.parse(text) : undefined);

/** For `argument('<agents...>')`. @throws InvalidArgumentError */
export function agentsArgument(text: string, before: readonly string[] = []): readonly string[] {
  if (!isName(text)) throw new InvalidArgumentError(`Expected are ${NAME_RULE}.`);
  return before.includes(text) ? before : [...before, text];
}

export interface ShownLine {
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly line: string;
}

/** With where it comes from: the instance, and the host where there are several. */
export const logLine = ({ host, agent, instance, line }: ShownLine, prefix: 'none' | 'instance' | 'host'): string => {
  if (prefix === 'none') return line;
  return `${prefix === 'host' ? `${host}/` : ''}${agent}.${instance} | ${line}`;
};
