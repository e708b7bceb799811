/**
 * The kinds of values that people write in YAML, as zod schemas whose messages are sentences without their
 * subject: `must be a whole number from 0 to 1000, not "two"`. Knows nothing of files or lines.
 */
import { z } from 'zod';
import { DURATION_RULE, formatDuration, parseDuration } from '../domain/duration.js';
import { isName, NAME, NAME_RULE } from '../domain/name.js';
import { formatSize, parseSize, SIZE_RULE } from '../domain/size.js';
import { kind, type Kind } from './kind.js';
import { didYouMean } from './suggest.js';

/** A value as a message shows it; never more than a few words of it. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The message of whatever is not `what`. */
export const must = (what: string) => ({
  error: (issue: { readonly input?: unknown }) =>
    issue.input === undefined ? `is missing: it must be ${what}.` : `must be ${what}, not ${shown(issue.input)}.`,
});

export const text = (what = 'a text') =>
  kind(
    z.string(must(what)).refine((value) => value !== '' && !value.includes('\0'), must(`${what}, not empty`)),
    { says: what, json: { type: 'string', minLength: 1 } },
  );

/** A text that is as the rule says. */
export const fitting = (rule: string, fits: (value: string) => boolean) =>
  kind(z.string(must(rule)).refine(fits, must(rule)), { says: rule, json: { type: 'string' } });

export const flag = () => z.boolean(must('true or false'));

/** A whole number within bounds, both included. */
export const whole = (least: number, most: number) => {
  const says = `a whole number from ${least} to ${most}`;
  const rule = must(says);
  return kind(
    z.number(rule).refine((value) => Number.isInteger(value) && value >= least && value <= most, rule),
    { says, json: { type: 'integer', minimum: least, maximum: most } },
  );
};

/** Milliseconds, from a duration within bounds. */
export const duration = (leastMs = 0, mostMs = LONGEST_MS) =>
  kind(
    z
      .union([z.string(), z.number()], must(DURATION_RULE))
      .refine((value) => parseDuration(value) !== undefined, must(DURATION_RULE))
      .transform((value) => parseDuration(value) ?? 0)
      .refine((ms) => ms >= leastMs && ms <= mostMs, {
        error: (issue) => `must be ${spanWords(leastMs, mostMs)}, not ${formatDuration(issue.input as number)}.`,
      }),
    { says: limitWords(leastMs, mostMs), json: DURATION_JSON, written: formatDuration },
  );

const LONGEST_MS = 366 * 24 * 3_600_000;
const spanWords = (leastMs: number, mostMs: number): string =>
  `a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}`;
/** The same, without limits that nobody comes near. */
function limitWords(leastMs: number, mostMs: number): string {
  if (mostMs < LONGEST_MS) return spanWords(leastMs, mostMs);
  return leastMs === 0 ? 'a duration' : `a duration of at least ${formatDuration(leastMs)}`;
}
/** The one number that is a duration is 0. */
const DURATION_JSON = {
  ...{ type: ['string', 'integer'], pattern: '^(?:0|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h))+)$' },
  ...{ minimum: 0, maximum: 0 },
};

/** Bytes, from a size within bounds. */
export const size = (leastBytes: number, mostBytes: number) => {
  const says = `a size from ${formatSize(leastBytes)} to ${formatSize(mostBytes)}`;
  return kind(
    z
      .union([z.string(), z.number()], must(SIZE_RULE))
      .refine((value) => parseSize(String(value)) !== undefined, must(SIZE_RULE))
      .transform((value) => parseSize(String(value)) ?? 0)
      .refine((bytes) => bytes >= leastBytes && bytes <= mostBytes, {
        error: (issue) => `must be ${says}, not ${formatSize(issue.input as number)}.`,
      }),
    { says, json: SIZE_JSON, written: formatSize },
  );
};

/** As `parseSize` reads it. */
export const SIZE_JSON = {
  ...{ type: ['string', 'number'], pattern: '^\\s*\\d+(?:\\.\\d+)?\\s*[kKmMgGbB]?(?:[iI]?[bB])?\\s*$' },
  minimum: 0,
};

export const choice = <const T extends readonly string[]>(words: T) => {
  const rule = words.length < 2 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
  return z.enum(words as unknown as [T[number], ...T[number][]], {
    error: (issue) => must(rule).error(issue) + (typeof issue.input === 'string' ? didYouMean(issue.input, words) : ''),
  });
};

export const name = (what: string) => {
  const rule = must(`${what} (${NAME_RULE})`);
  return kind(z.string(rule).refine(isName, rule), {
    ...{ says: what, json: { type: 'string', pattern: NAME.source } },
  });
};

export const list = <T extends z.ZodType>(item: T, example: string) =>
  z.array(item, must(`a list, such as ${example}`));

export const mapOf = <T extends z.ZodType>(value: T, what: string) => z.record(z.string(), value, must(what));

/** What a value may look like, and the schema of each: `otherwise` is for whatever is none of the others. */
export interface Forms<T> {
  readonly list?: z.ZodType<T>;
  readonly map?: z.ZodType<T>;
  readonly number?: z.ZodType<T>;
  readonly otherwise: z.ZodType<T>;
}

/** Picks the schema by looking at the value: unions whose messages speak of the form that was meant. */
export const byForm = <T>(forms: Forms<T>, told: Omit<Kind, 'forms'> = {}) =>
  kind(
    z.unknown().transform((value, context): T => {
      const result = (forms[formOf(value)] ?? forms.otherwise).safeParse(value);
      if (result.success) return result.data;
      for (const issue of result.error.issues)
        context.issues.push({ ...issue, path: [...issue.path], input: value } as never);
      return z.NEVER;
    }),
    { ...told, forms: Object.values(forms) as readonly z.ZodType[] },
  );

function formOf(value: unknown): keyof Forms<unknown> {
  if (Array.isArray(value)) return 'list';
  if (value !== null && typeof value === 'object') return 'map';
  return typeof value === 'number' ? 'number' : 'otherwise';
}

export const NOT_YET = 'is not supported yet by this version of Outrider.';

export interface Strictness {
  /** Keys that are known, and refused: this version does not carry them yet. */
  readonly unsupported?: readonly string[];
  /** Keys of other programs, and what is meant here. */
  readonly instead?: Readonly<Record<string, string>>;
  /** What such a map is called, where it is told of by itself. */
  readonly called?: string;
}

/**
 * A map with exactly these keys. An unknown key is refused with the known one that was probably meant. (One
 * line of the message for each key of the issue, in order.)
 */
export const strict = <S extends z.ZodRawShape>(
  shape: S,
  { unsupported = [], instead = {}, called }: Strictness = {},
) => {
  const schema = z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return must('a map').error(issue);
      const known = Object.keys(shape);
      return issue.keys
        .map((key) => {
          if (unsupported.includes(key)) return NOT_YET;
          const other = instead[key];
          if (other !== undefined) return `is not known here: use "${other}".`;
          return `is not known.${didYouMean(key, known) || ` Known here: ${known.join(', ')}.`}`;
        })
        .join('\n');
    },
  });
  return called === undefined ? schema : kind(schema, { called });
};
