/** How bad an event is. */
import type { OutriderEvent } from './messages.js';

export type Severity = 'error' | 'warning' | 'good' | 'info';

export const SIGNS: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', good: '●', info: '·' };

const ERRORS = /\.(failed|stuck|rolled_back|down)$/;
const WARNINGS =
  /\.(unhealthy|exited|backoff|suspect|flapping|drifted|held|aborted|lost|inconclusive|paused|reverting|reverted|rolling_back)$/;
const GOOD = /\.(ready|succeeded|committed|passed|up|done|elected)$/;

export function severityOf({ type, data }: OutriderEvent): Severity {
  if (type === 'error.reported') {
    const said = data?.['severity'];
    return said === 'info' ? 'info' : said === 'warning' ? 'warning' : 'error';
  }
  if (ERRORS.test(type)) return 'error';
  if (WARNINGS.test(type)) return 'warning';
  return GOOD.test(type) ? 'good' : 'info';
}
