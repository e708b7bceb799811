/**
 * Whether a series of samples is on its way to a limit. Theil-Sen: the median of the slopes between all pairs of
 * samples, which a few wild ones (of up to 29 %) don't turn. No clock: time comes with the samples.
 */
export interface Sample {
  /** Milliseconds, on any clock that does not jump. */
  readonly at: number;
  readonly value: number;
}

export interface Line {
  /** Change of the value in a millisecond. */
  readonly slope: number;
  /** Of the line, at the time of the last sample. */
  readonly now: number;
  /** Of all pairs, the share that rises minus the share that falls (Kendall's tau): -1 to 1. */
  readonly agreement: number;
}

/** So many samples are compared with each other at most: 45 are 990 pairs. */
export const MOST_SAMPLES = 45;
/** Fewer say nothing. */
export const FEWEST_SAMPLES = 10;
/** Of the pairs: less is noise, not a trend. */
const LEAST_AGREEMENT = 0.6;
/** What was seen for an hour is not told for more than so many. */
const MOST_AHEAD = 8;
export const HORIZON_MS = 12 * 3_600_000;

/** Undefined: there are too few samples, or all are of one moment. */
export function lineThrough(samples: readonly Sample[]): Line | undefined {
  const last = samples.at(-1);
  if (samples.length < FEWEST_SAMPLES || last === undefined) return undefined;
  const some = thinned(samples, MOST_SAMPLES);
  const slopes: number[] = [];
  let agreement = 0;
  some.forEach((one, index) => {
    for (let next = index + 1; next < some.length; next += 1) {
      const other = some[next];
      if (other === undefined || other.at === one.at) continue;
      const slope = (other.value - one.value) / (other.at - one.at);
      slopes.push(slope);
      agreement += Math.sign(slope);
    }
  });
  if (slopes.length === 0) return undefined;
  const slope = medianOf(slopes);
  const now = medianOf(some.map(({ at, value }) => value + slope * (last.at - at)));
  return { slope, now, agreement: agreement / slopes.length };
}

/** Evenly, with the first and the last. */
function thinned(samples: readonly Sample[], most: number): readonly Sample[] {
  if (samples.length <= most) return samples;
  const step = (samples.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => samples[Math.round(index * step)]).flatMap((one) => one ?? []);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export interface Crossing {
  /** As the line has it. */
  readonly now: number;
  readonly perHour: number;
  /** Until the limit; 0: it is reached. */
  readonly hours: number;
}

/** When the series will reach `limit`; undefined: not within the horizon, or nothing that can be called a trend. */
export function crossing(samples: readonly Sample[], limit: number): Crossing | undefined {
  const line = lineThrough(samples);
  if (line === undefined || line.slope <= 0 || line.agreement < LEAST_AGREEMENT) return undefined;
  const leftMs = Math.max(0, (limit - line.now) / line.slope);
  const seenMs = (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0);
  if (leftMs > Math.min(HORIZON_MS, seenMs * MOST_AHEAD)) return undefined;
  return { now: line.now, perHour: line.slope * 3_600_000, hours: leftMs / 3_600_000 };
}

export type TrendMetric = 'memory' | 'errors' | 'latency' | 'disk';

/** A warning. */
export interface HealthTrend {
  readonly host: string;
  /** '' of the host itself, as the agent. */
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  readonly metric: TrendMetric;
  /** memory of an agent: bytes; of a host and disk: percent; errors: a minute; latency: seconds. As the limit. */
  readonly value: number;
  readonly limit: number;
  readonly perHour: number;
  readonly hours: number;
  readonly sentence: string;
}
