/** What a route may be asked with: how each parameter is told in the document, and how it is read, by the same thing. */
import { parseSpan } from '@outrider/shared/domain/duration.js';
import { type Labels, readLabels } from '@outrider/shared/domain/labels.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import { line, names, oneOf, optionalApps, optionalName, refuse, rolloutId, versionOrWord } from '../fields.js';

export interface Parameter<T = unknown> {
  readonly description: string;
  /** JSON Schema of what is written in the address. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** It has to be given; in the path each has. */
  readonly required?: true;
  /** '' where it is absent. Throws `OutriderError('invalid')`, a sentence that begins with the name. */
  readonly read: (text: string, name: string) => T;
}

export type Parameters = Readonly<Record<string, Parameter>>;
export type ValuesOf<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

const NAME = { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' } as const;
const NAMES = { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}(,[a-z0-9][a-z0-9._-]{0,62})*$' } as const;

export const nameOf = (description: string): Parameter<string> => ({
  ...{ description, schema: NAME },
  read: (text, name) => optionalName(name, text),
});

/** One app, or several as `a,b`. */
export const appsOf = (description: string): Parameter<string> => ({
  ...{ description, schema: NAMES },
  read: (text, name) => optionalApps(name, text),
});

export const namesOf = (description: string): Parameter<readonly string[]> => ({
  ...{ description, schema: NAMES },
  read: (text, name) => names(name, text === '' ? [] : text.split(',')),
});

export const rolloutOf = (description: string): Parameter<string> => ({
  ...{ description, schema: { type: 'string', pattern: '^r[0-9]{1,15}$' } },
  read: (text, name) => rolloutId(text, name),
});

export const versionOf = (description: string): Parameter<string> => ({
  ...{ description, schema: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$' } },
  read: (text, name) => versionOrWord(name, text),
});

export const textOf = (description: string): Parameter<string> => ({
  ...{ description, schema: { type: 'string', maxLength: 1_000 } },
  read: (text, name) => line(name, text),
});

export const wordOf = <const T extends string>(description: string, allowed: readonly T[]): Parameter<T | ''> => ({
  ...{ description, schema: { type: 'string', enum: [...allowed] } },
  read: (text, name) => (text === '' ? '' : oneOf(name, text, allowed)),
});

const YES = ['true', '1'];

export const flagOf = (description: string): Parameter<boolean> => ({
  ...{ description, schema: { type: 'string', enum: [...YES, 'false', '0'], default: 'false' } },
  read: (text, name) => text !== '' && YES.includes(oneOf(name, text, [...YES, 'false', '0'])),
});

/** A number from `least` to `most`; `unless`: where it is absent. */
export const countOf = (description: string, least: number, most: number, unless: number): Parameter<number> => ({
  description,
  schema: { type: 'integer', minimum: least, maximum: most, default: unless },
  read: (text, name) => {
    const value = text === '' ? unless : Number(text);
    const isNumber = text === '' || /^\d{1,9}$/.test(text);
    return isNumber && value >= least && value <= most
      ? value
      : refuse(name, `expected is a number from ${least} to ${most}`);
  },
});

/** The same; undefined where it is absent. */
export const maybeCountOf = (description: string, least: number, most: number): Parameter<number | undefined> => ({
  ...{ description, schema: { type: 'integer', minimum: least, maximum: most } },
  read: (text, name) => (text === '' ? undefined : countOf('', least, most, least).read(text, name)),
});

/** `zone=lab,gpu=yes`. */
export const labelsOf = (description: string): Parameter<Labels | undefined> => ({
  ...{ description, schema: { type: 'string', pattern: '^[^=,]+=[^,]*(,[^=,]+=[^,]*)*$', maxLength: 1_000 } },
  read: (text, name) => {
    const labels = text === '' ? undefined : readLabels(line(name, text));
    return typeof labels === 'string' ? refuse(name, labels) : labels;
  },
});

/** Milliseconds; undefined where it is absent. */
export const spanOf = (description: string): Parameter<number | undefined> => ({
  description,
  schema: { type: 'string', pattern: '^([0-9]{1,4}d|([0-9]+([.][0-9]+)?(ms|s|m|h))+|0)$' },
  read: (text, name) => {
    if (text === '') return undefined;
    return parseSpan(text) ?? refuse(name, 'expected is a duration such as 30s, 5m, 12h or 7d');
  },
});

/** `PATH?limit=N`: the numbers of a list that is long. */
export const pageOf = (most: number, unless: number) => ({
  limit: countOf('At most so many.', 1, most, unless),
  offset: countOf('Leaves out so many of the first.', 0, 1_000_000, 0),
});

/** Reads all that is given; what nobody reads, and what is given twice, is refused. */
export function readParameters<P extends Parameters>(
  known: P,
  query: URLSearchParams,
  path: Readonly<Record<string, string>>,
): ValuesOf<P> {
  for (const name of query.keys()) {
    if (Object.hasOwn(known, name) && !Object.hasOwn(path, name)) {
      if (query.getAll(name).length > 1) refuse(name, 'it is given twice');
      continue;
    }
    const names = Object.keys(known).filter((one) => !Object.hasOwn(path, one));
    const there = names.length === 0 ? 'there is none here' : `expected are ${names.join(', ')}`;
    throw new OutriderError(
      'invalid',
      `${name.slice(0, 80)}: this parameter is not known; ${there}.${didYouMean(name, names)}`,
    );
  }
  const values = Object.entries(known).map(([name, parameter]) => {
    const text = path[name] ?? query.get(name) ?? '';
    if (text === '' && (parameter.required === true || query.has(name))) {
      refuse(name, parameter.required === true ? 'it is missing' : 'it is empty; leave it out instead');
    }
    return [name, text === '' && parameter.required !== true ? parameter.read('', name) : parameter.read(text, name)];
  });
  return Object.fromEntries(values) as ValuesOf<P>;
}

export const required = <T>(parameter: Parameter<T>): Parameter<T> & { readonly required: true } => ({
  ...parameter,
  required: true,
});
