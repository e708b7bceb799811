/** What deploy/loki makes of the names of our log files. */
import { readFileSync } from 'node:fs';
import { deployed } from './monitoring.js';

/** The expression over file names, as Go's regexp has it. */
export function logExpression(config: string): string {
  const [, quoted, plain] = /expression\s*[:=]\s*(?:"([^"]*)"|'([^']*)')/.exec(config) ?? [];
  const found = plain ?? (quoted === undefined ? undefined : (JSON.parse(`"${quoted}"`) as string));
  if (found === undefined) throw new Error('There is no expression.');
  return found;
}

/** Labels of a log file; undefined: it is shipped without. */
export function labelsOfLog(path: string): Readonly<Record<string, string | undefined>> | undefined {
  const expression = logExpression(readFileSync(deployed('loki/config.alloy'), 'utf8'));
  const groups = new RegExp(expression.replaceAll('(?P<', '(?<')).exec(path)?.groups;
  return groups === undefined ? undefined : { ...groups };
}
