/** Values of foreign files, of which nothing is known before it is asked. */
import { parseSize } from '@outrider/shared/domain/size.js';
import { splitWords } from '@outrider/shared/release/split-words.js';

export type ValueMap = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is ValueMap =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** A text, or a number or truth value as a text. */
export const asText = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;

/** A value in a sentence. */
export const plainly = (value: unknown): string =>
  asText(value) ?? (value === undefined ? 'nothing' : JSON.stringify(value));

/** A list, or one value as a list of it; nothing is an empty list. */
export const asList = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];

/** A list of words, or a string that is split into them; undefined: neither, or with a quote that is not closed. */
export function asWords(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return splitWords(value);
  if (!Array.isArray(value)) return asText(value) === undefined ? undefined : [plainly(value)];
  const words = value.map(asText);
  return words.every((word) => word !== undefined) ? words : undefined;
}

/** A size such as `300M`, `1.5gb` or a number of bytes, as agents.yaml writes it. Undefined: it is none. */
export function sizeText(value: unknown): string | undefined {
  const bytes = parseSize(asText(value) ?? '');
  if (bytes === undefined || bytes === 0) return undefined;
  for (const [unit, size] of [
    ['G', 1024 ** 3],
    ['M', 1024 ** 2],
    ['K', 1024],
  ] as const) {
    if (bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}b`;
}
