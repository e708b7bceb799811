/** REST for errors of agents: `GET /errors?since=1h&host=H&app=A&agent=A&severity=S`. */
import { DURATION_RULE, parseDuration } from '@outrider/shared/domain/duration.js';
import { filterOf, groupedErrors } from './errors.js';
import { onlyFields, refuse } from './fields.js';
import type { Inside } from './inside.js';

const KNOWN = ['since', 'host', 'app', 'agent', 'severity'];

/** `{"groups": [...], "dropped": [...]}`, in the words of `coordinator errors --json`. */
export async function listErrors(inside: Inside, query: URLSearchParams): Promise<object> {
  onlyFields(Object.fromEntries(query), KNOWN);
  const of = (name: string): string => query.get(name) ?? '';
  const filter = filterOf({ host: of('host'), app: of('app'), agent: of('agent'), severity: of('severity') });
  const { groups, dropped } = await groupedErrors(inside, filter, sinceOf(inside, query.get('since')));
  return { groups: groups.map(({ errorType, ...group }) => ({ ...group, error_type: errorType })), dropped };
}

function sinceOf({ clock }: Inside, text: string | null): number {
  if (text === null) return 0;
  const ms = parseDuration(text);
  return ms === undefined ? refuse('since', `expected is ${DURATION_RULE}`) : Math.max(0, clock.now() - ms);
}
