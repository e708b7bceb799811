/** Sizes as Compose writes them: a number with K, M or G (1024 each), `b` or nothing for bytes. */
const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

export const SIZE_RULE = 'a size such as 512K, 64M or 1G';

/** Bytes; undefined where it is no size. */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?)\s*([kmgb]?)(?:i?b)?$/i.exec(text.trim());
  if (parts === null) return undefined;
  const bytes = Math.round(Number(parts[1]) * (UNITS[(parts[2] ?? '').toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest spelling that `parseSize` reads as the same: `64M`, `1536K`, `1000`. */
export function formatSize(bytes: number): string {
  const [letter, unit] = STEPS.find(([, step]) => bytes > 0 && bytes % step === 0) ?? ['', 1];
  return `${bytes / unit}${letter}`;
}

const STEPS = [
  ['G', 1024 ** 3],
  ['M', 1024 ** 2],
  ['K', 1024],
] as const;

const SPOKEN = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** For people, rounded: `12 bytes`, `3.4 MiB`. */
export function spokenSize(bytes: number): string {
  let unit = 0;
  const rounded = (): number => Math.round((bytes / 1024 ** unit) * 10) / 10;
  while (rounded() >= 1024 && unit < SPOKEN.length - 1) unit += 1;
  return `${rounded()} ${bytes === 1 ? 'byte' : (SPOKEN[unit] ?? '')}`;
}
