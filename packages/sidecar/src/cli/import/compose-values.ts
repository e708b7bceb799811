/** Durations of Compose, which are those of Go. */
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { ComposeTexts } from './compose-text.js';
import { asText } from './values.js';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/;

export interface Span {
  readonly ms: number;
  readonly text: string;
}

/** Undefined: it is none, or comes from a variable without a default. */
export function durationOf(value: unknown, texts: ComposeTexts): Span | undefined {
  const text = texts.plain(asText(value) ?? '');
  if (text === '0') return { ms: 0, text: '0s' };
  if (text === undefined || !WHOLE.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(amount) * (UNITS[unit] ?? 0);
  const rounded = Math.max(1, Math.round(ms));
  return { ms: rounded, text: formatDuration(rounded) };
}
