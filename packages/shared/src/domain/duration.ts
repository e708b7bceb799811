/** Spans of time as people write them: `500ms`, `30s`, `5m`, `1h30m`, `1.5s`, and `0`. A bare number has no unit and is none. */
const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

export const DURATION_RULE = 'a duration such as 500ms, 30s, 5m or 1h30m';

/** Milliseconds, rounded; undefined where it is no duration. */
export function parseDuration(value: string | number): number | undefined {
  if (value === 0 || value === '0') return 0;
  if (typeof value === 'number' || value.length > 64 || !WHOLE.test(value)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(PART)) ms += Number(amount) * UNITS[unit as keyof typeof UNITS];
  const rounded = Math.round(ms);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

const DAY_MS = 24 * UNITS.h;
const DAYS = /^(\d{1,4})d$/;

/** Also whole days, `30d`: for looks into the past. Milliseconds; undefined where it is neither. */
export function parseSpan(text: string): number | undefined {
  const days = DAYS.exec(text)?.[1];
  return days === undefined ? parseDuration(text) : Number(days) * DAY_MS;
}

/** The shortest spelling that `parseDuration` reads as the same: `1h30m`, `1.5s`, `500ms`, `0s`. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.round(ms));
  if (total === 0) return '0s';
  if (total < UNITS.s) return `${total}ms`;
  const hours = Math.floor(total / UNITS.h);
  const minutes = Math.floor((total % UNITS.h) / UNITS.m);
  const seconds = (total % UNITS.m) / UNITS.s;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${seconds > 0 ? `${seconds}s` : ''}`;
}
