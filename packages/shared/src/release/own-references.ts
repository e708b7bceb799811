/** `${...}` in what the coordinator itself does for a release, gates and hooks: checked as it is read, filled in for a rollout. */
import { interpolate } from '../domain/interpolation.js';

/** What is wrong with the references of one text, as ends of sentences; `unknown` says it of one of Outrider's own. */
export function problemsOfReferences(
  text: string,
  known: readonly string[],
  unknown: (name: string) => string,
): readonly string[] {
  const malformed = interpolate(text, () => '').problems.flatMap((problem) =>
    problem.kind === 'malformed'
      ? [`has ${JSON.stringify(problem.reference)}, which is no reference: write \${NAME} or \${NAME:-default}.`]
      : [],
  );
  const own = [...text.matchAll(/\$\{(OUTRIDER_[^}]*)\}/g)].map(([, name = '']) => name);
  return [...malformed, ...own.filter((name) => !known.includes(name)).map(unknown)];
}

export interface Surroundings {
  readonly app: string;
  readonly version: string;
  readonly environment: string;
  /** What `${VAR}` stands for. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Fills in settings, and what of Outrider's own is the same on every host; the rest of that stays as it is. `unset`
 * hears of each setting that there is none of.
 */
export function fillerOf(
  { app, version, environment, settings }: Surroundings,
  unset: (setting: string) => void,
): (text: string) => string {
  const own: Readonly<Record<string, string>> = {
    OUTRIDER_APP: app,
    OUTRIDER_VERSION: version,
    OUTRIDER_ENVIRONMENT: environment,
  };
  return (text) => {
    const filled = interpolate(text, (key) => (Object.hasOwn(settings, key) ? settings[key] : undefined));
    for (const problem of filled.problems) if (problem.kind === 'unset') unset(problem.name);
    return filled.text.replace(/\$\{(OUTRIDER_[A-Z_]*)\}/g, (whole, key: string) => own[key] ?? whole);
  };
}
