/** Sizes as Compose writes them: a number with K, M or G (1024 each), `b` or nothing for bytes. */
const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes; undefined where it is no size. */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([kmgb]?)(?:i?b)?$/i.exec(text.trim());
  if (parts === null) return undefined;
  const bytes = Math.round(Number(parts[1]) * (UNITS[(parts[2] ?? '').toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
