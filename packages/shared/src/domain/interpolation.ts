/**
 * `${VAR}` and `${VAR:-default}` in strings of agents.yaml. `${OUTRIDER_...}` stays as it is: the host fills it
 * in. `$$` stands for `$`. Any other `$` is an ordinary character.
 */
export const HOST_VARIABLES = [
  'OUTRIDER_APP',
  'OUTRIDER_AGENT',
  'OUTRIDER_INSTANCE',
  'OUTRIDER_INCARNATION',
  'OUTRIDER_VERSION',
  'OUTRIDER_HOST',
  'OUTRIDER_HOST_ADDRESS',
  'OUTRIDER_ENVIRONMENT',
  'OUTRIDER_HOSTS',
  'OUTRIDER_BUS',
] as const;

export interface Interpolated {
  readonly text: string;
  /** What is wrong with it; the references concerned stay as they were. */
  readonly problems: readonly InterpolationProblem[];
}

export type InterpolationProblem =
  { readonly kind: 'malformed'; readonly reference: string } | { readonly kind: 'unset'; readonly name: string };

/** `$$`, or what stands in the braces and whether they are closed. */
export const REFERENCE = /\$\$|\$\{([^}]*)(\}?)/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?-)(.*))?$/s;

/** Fills in what `lookup` knows. `:-` also stands in for an empty value, `-` only for a missing one, as in a shell. */
export function interpolate(text: string, lookup: (name: string) => string | undefined): Interpolated {
  const problems: InterpolationProblem[] = [];
  const filled = text.replace(REFERENCE, (whole, body: string | undefined, end: string) => {
    if (body === undefined) return '$';
    if (body.startsWith('OUTRIDER_') && end !== '') return whole;
    const parts = BODY.exec(body);
    if (parts === null || end === '') {
      problems.push({ kind: 'malformed', reference: whole });
      return whole;
    }
    const [, name = '', operator, fallback = ''] = parts;
    const value = lookup(name);
    if (value !== undefined && (value !== '' || operator !== ':-')) return value;
    if (operator !== undefined) return fallback;
    problems.push({ kind: 'unset', name });
    return whole;
  });
  return { text: filled, problems };
}

/** Names of the `${OUTRIDER_...}` references in a string, also of those that no host knows. */
export function hostVariablesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, body]) => (body?.startsWith('OUTRIDER_') === true ? [body] : []));
}
