/** `coordinator report --json`, and GET /report. */
import type { DeliveryFigures, DeliveryReport, SpanFigures } from '../domain/delivery.js';

const DAY_MS = 24 * 3_600_000;

export type ReportDocument = ReturnType<typeof reportDocument>;
export type FiguresDocument = ReturnType<typeof figuresDocument>;

/** Rates from 0 to 1 and null where there is nothing to tell them from; times in seconds. */
export const reportDocument = ({ environment, from, until, apps, total }: DeliveryReport) => ({
  environment,
  from: new Date(from).toISOString(),
  until: new Date(until).toISOString(),
  days: rounded((until - from) / DAY_MS),
  apps: apps.map(({ app, figures }) => ({ app, ...figuresDocument(figures) })),
  total: figuresDocument(total),
});

const figuresDocument = (figures: DeliveryFigures) => ({
  deployments: {
    total: figures.succeeded + figures.rolledBack + figures.stuck + figures.aborted,
    succeeded: figures.succeeded,
    rolled_back: figures.rolledBack,
    stuck: figures.stuck,
    aborted: figures.aborted,
    taken_back: figures.takenBack,
  },
  rollbacks: figures.rollbacks,
  frequency_per_day: rounded(figures.perDay),
  success_rate: figures.successRate === undefined ? null : rounded(figures.successRate),
  rollback_rate: figures.rollbackRate === undefined ? null : rounded(figures.rollbackRate),
  duration_seconds: spanDocument(figures.duration),
  recovery_seconds: spanDocument(figures.recovery),
  unrecovered: figures.unrecovered,
  last_success: figures.lastSuccess === undefined ? null : new Date(figures.lastSuccess).toISOString(),
});

const spanDocument = (span: SpanFigures | undefined): SpanFigures | null =>
  span === undefined
    ? null
    : {
        count: span.count,
        ...{ median: rounded(span.median), p90: rounded(span.p90), mean: rounded(span.mean), max: rounded(span.max) },
      };

/** To what a person would look at. */
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
