/** Values of foreign files, of which nothing is known before it is asked. */
import { splitWords } from './shell-line.js';

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

const UNITS: Readonly<Record<string, number>> = { '': 0, B: 0, K: 1, M: 2, G: 3, T: 4 };

/** Bytes as `512M`: of a number, or a text such as `300M`, `1.5gb`, `64KiB`. Undefined: it is no size. */
export function sizeText(value: unknown): string | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec((asText(value) ?? '').trim()) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  let bytes = Math.round(Number(amount) * 1024 ** (UNITS[unit.toUpperCase()] ?? 0));
  if (!Number.isSafeInteger(bytes) || bytes === 0) return undefined;
  let letter = '';
  for (const next of ['K', 'M', 'G', 'T']) {
    if (bytes % 1024 !== 0) break;
    bytes /= 1024;
    letter = next;
  }
  return `${bytes}${letter === '' ? 'B' : letter}`;
}
