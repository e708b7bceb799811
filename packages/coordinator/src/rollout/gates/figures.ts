/** Plain figures of samples: what one number stands for many. */

/** Undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Beyond these, the newest count: two thousand pairs are enough, and soon looked at. */
const MOST_POINTS = 64;

/**
 * The Theil-Sen slope: the median of the slopes between all pairs of points, so that a jump or a few wild values do not
 * make a trend. Points in the order of their `at`; undefined of fewer than two different times.
 */
export function slope(points: readonly { readonly at: number; readonly value: number }[]): number | undefined {
  const recent = points.slice(-MOST_POINTS);
  const slopes = recent.flatMap((from, index) =>
    recent.slice(index + 1).flatMap((to) => (to.at === from.at ? [] : [(to.value - from.value) / (to.at - from.at)])),
  );
  return median(slopes);
}

/** As people read it: three digits that count, no exponent for what is neither huge nor tiny. */
export function shownNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'without end' : String(value);
  if (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e15)) {
    const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
    return String(Number(value.toFixed(digits)));
  }
  return value.toPrecision(3);
}
