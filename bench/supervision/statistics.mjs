// Medians, percentiles, slopes. Pure.

export const sorted = (values) => [...values].sort((a, b) => a - b);

/** The value that this part of all values does not exceed; undefined of none. */
export function percentile(values, part) {
  const ordered = sorted(values);
  return ordered[Math.min(ordered.length - 1, Math.ceil(part * ordered.length) - 1)];
}

export function median(values) {
  const ordered = sorted(values);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** The straight line through `[x, y]` points by least squares, with the standard error of its slope. */
export function slopeOf(points) {
  const count = points.length;
  if (count < 3) return { slope: NaN, error: NaN };
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (count - 2) / spread) };
}
