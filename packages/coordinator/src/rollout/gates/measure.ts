/** What a metric of a gate says of a window of samples: one value, and the values that distributions are compared by. */
import type { GateSpec, MetricSamples, SampleWindow } from '@outrider/shared/domain/gate.js';
import { median, shownNumber, slope, sum } from './figures.js';

const MINUTE_MS = 60_000;

/** Samples of one agent on one host, its instances each for itself. */
export interface Pool {
  readonly kind: MetricSamples['kind'];
  readonly windows: readonly SampleWindow[];
}

export const countOf = ({ windows }: Pool): number => sum(windows.map(({ value }) => value.length));

export interface Measure {
  /** Against `max` and `min`; undefined where the samples do not give it yet. */
  readonly value: (pool: Pool) => number | undefined;
  /** Of both sides of a comparison. */
  readonly level: (pool: Pool) => number | undefined;
  /** One for each sample, for the test of distributions. */
  readonly spread: (pool: Pool) => readonly number[];
  /** `3 restarts` */
  readonly words: (value: number) => string;
  /** Of a limit; by default the number alone. */
  readonly limitWords?: (value: number) => string;
  /** Of `level`. */
  readonly levelWords: (value: number) => string;
}

const values = ({ windows }: Pool): readonly number[] => windows.flatMap(({ value }) => value);
const total = (pool: Pool): number => sum(values(pool));
const spanMs = ({ windows }: Pool): number => sum(windows.flatMap((window) => window.spanMs));

/** A minute of each sample's own length. */
const rates = ({ windows }: Pool): readonly number[] =>
  windows.flatMap((window) =>
    window.value.map((value, index) => (value * MINUTE_MS) / Math.max(1, window.spanMs[index] ?? 0)),
  );

const perMinute = (pool: Pool): number | undefined =>
  spanMs(pool) > 0 ? (total(pool) * MINUTE_MS) / spanMs(pool) : undefined;

const middle = (pool: Pool): number | undefined => median(values(pool));

/** What happens now and then: added up against a limit, as a rate in a comparison. */
const counted = (unit: string): Measure => ({
  value: total,
  level: perMinute,
  spread: rates,
  words: (value) => `${shownNumber(value)} ${unit}`,
  levelWords: (value) => `${shownNumber(value)} ${unit} a minute`,
});

/** What is so at each moment: the median. */
const gauge = (unit: string): Measure => ({
  value: middle,
  level: middle,
  spread: values,
  words: (value) => `${shownNumber(value)}${unit}`,
  levelWords: (value) => `${shownNumber(value)}${unit}`,
});

const rate = (unit: string): Measure => ({
  ...counted(unit),
  value: perMinute,
  words: (value) => `${shownNumber(value)} ${unit} a minute`,
});

const MEASURES: Readonly<Record<'agent_restarts' | 'unready_seconds' | 'probe_seconds', Measure>> = {
  agent_restarts: counted('restarts'),
  unready_seconds: counted('seconds not ready'),
  probe_seconds: gauge(' s'),
};

/** In less than a minute, what was counted stands for a whole one: one error in five seconds is no twelve a minute. */
const ERRORS: Measure = {
  ...rate('errors'),
  value: (pool) => {
    const longest = Math.max(0, ...pool.windows.map((window) => sum(window.spanMs)));
    return longest > 0 ? (total(pool) * MINUTE_MS) / Math.max(MINUTE_MS, longest) : undefined;
  },
};

const bytes = (value: number): string => `${shownNumber(value / 1024 ** 2)} MiB`;

/** The instance that grows fastest, each since its process started. Compared is the memory itself. */
const MEMORY: Measure = {
  value: ({ windows }) => {
    const slopes = windows.flatMap((window) => growth(window) ?? []);
    return slopes.length === 0 ? undefined : Math.max(...slopes);
  },
  level: middle,
  spread: values,
  words: (value) => `${bytes(value)} a minute of growth`,
  limitWords: bytes,
  levelWords: (value) => `${bytes(value)} of memory`,
};

function growth({ value, ageMs, incarnation }: SampleWindow): number | undefined {
  const last = incarnation.at(-1);
  const points = value.flatMap((one, index) =>
    incarnation[index] === last ? [{ at: -(ageMs[index] ?? 0) / MINUTE_MS, value: one }] : [],
  );
  return slope(points);
}

export function measureOf({ ask }: GateSpec, kind: MetricSamples['kind']): Measure {
  if (ask.kind === 'bus') return kind === 'counter' ? rate(ask.name) : gauge('');
  if (ask.kind !== 'metric') return gauge('');
  if (ask.metric === 'errors_per_minute') return ERRORS;
  return ask.metric === 'memory_growth' ? MEMORY : MEASURES[ask.metric];
}
