/**
 * The kinds of values that people write in YAML, as zod schemas whose messages are sentences without their
 * subject: `must be a whole number from 0 to 1000, not "two"`. Knows nothing of files or lines.
 */
import { z } from 'zod';
import { DURATION_RULE, formatDuration, parseDuration } from '../domain/duration.js';
import { isName, NAME_RULE } from '../domain/name.js';
import { formatSize, parseSize, SIZE_RULE } from '../domain/size.js';
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
  z.string(must(what)).refine((value) => value !== '' && !value.includes('\0'), must(`${what}, not empty`));

export const flag = () => z.boolean(must('true or false'));

/** A whole number within bounds, both included. */
export const whole = (least: number, most: number) => {
  const rule = must(`a whole number from ${least} to ${most}`);
  return z.number(rule).refine((value) => Number.isInteger(value) && value >= least && value <= most, rule);
};

/** Milliseconds, from a duration within bounds. */
export const duration = (leastMs = 0, mostMs = 366 * 24 * 3_600_000) =>
  z
    .union([z.string(), z.number()], must(DURATION_RULE))
    .refine((value) => parseDuration(value) !== undefined, must(DURATION_RULE))
    .transform((value) => parseDuration(value) ?? 0)
    .refine((ms) => ms >= leastMs && ms <= mostMs, {
      error: (issue) =>
        `must be a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)}, not ${formatDuration(issue.input as number)}.`,
    });

/** Bytes, from a size within bounds. */
export const size = (leastBytes: number, mostBytes: number) =>
  z
    .union([z.string(), z.number()], must(SIZE_RULE))
    .refine((value) => parseSize(String(value)) !== undefined, must(SIZE_RULE))
    .transform((value) => parseSize(String(value)) ?? 0)
    .refine((bytes) => bytes >= leastBytes && bytes <= mostBytes, {
      error: (issue) =>
        `must be a size from ${formatSize(leastBytes)} to ${formatSize(mostBytes)}, not ${formatSize(issue.input as number)}.`,
    });

export const choice = <const T extends readonly string[]>(words: T) => {
  const rule = words.length < 2 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${String(words.at(-1))}`;
  return z.enum(words as unknown as [T[number], ...T[number][]], {
    error: (issue) => must(rule).error(issue) + (typeof issue.input === 'string' ? didYouMean(issue.input, words) : ''),
  });
};

export const name = (what: string) => {
  const rule = must(`${what} (${NAME_RULE})`);
  return z.string(rule).refine(isName, rule);
};

export const list = <T extends z.ZodType>(item: T, example: string) =>
  z.array(item, must(`a list, such as ${example}`));

export const mapOf = <T extends z.ZodType>(value: T, what: string) => z.record(z.string(), value, must(what));

/** Picks the schema by looking at the value: unions whose messages speak of the form that was meant. */
export const byForm = <T>(pick: (value: unknown) => z.ZodType<T>) =>
  z.unknown().transform((value, context): T => {
    const result = pick(value).safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      context.issues.push({ ...issue, path: [...issue.path], input: value } as never);
    return z.NEVER;
  });

export const NOT_YET = 'is not supported yet by this version of Outrider.';

export interface Strictness {
  /** Keys that are known, and refused: this version does not carry them yet. */
  readonly unsupported?: readonly string[];
  /** Keys of other programs, and what is meant here. */
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * A map with exactly these keys. An unknown key is refused with the known one that was probably meant. (One
 * line of the message for each key of the issue, in order.)
 */
export const strict = <S extends z.ZodRawShape>(shape: S, { unsupported = [], instead = {} }: Strictness = {}) =>
  z.strictObject(shape, {
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
