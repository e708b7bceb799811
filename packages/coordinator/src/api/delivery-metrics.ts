/** Delivery figures as gauges: over the last 7 and 30 days, of each app. Made from what is remembered, not from what was seen. */
import { DELIVERIES_KEPT_MS, type DeliveryFigures } from '@outrider/shared/domain/delivery.js';
import { Gauge, type Registry } from 'prom-client';
import { deliveryReport } from '../rollout/delivery/figures.js';
import type { DeliveryRecord } from '../rollout/delivery/record.js';
import type { Inside } from './inside.js';

const DAY_MS = 24 * 3_600_000;
const WINDOWS = { '7d': 7 * DAY_MS, '30d': 30 * DAY_MS } as const;
type Window = keyof typeof WINDOWS;

/** Undefined: there is nothing to tell it from, and no series. */
type Read = (figures: DeliveryFigures) => number | undefined;

const FIGURES: Readonly<Record<string, readonly [help: string, read: Read]>> = {
  frequency_per_day: ['Deployments that succeeded, a day.', (figures) => figures.perDay],
  success_ratio: ['Deployments that succeeded, of those that came to a verdict.', (figures) => figures.successRate],
  rollback_ratio: ['Deployments that went back or were taken back, of those.', (figures) => figures.rollbackRate],
  duration_median_seconds: ['Of deployments that succeeded.', (figures) => figures.duration?.median],
  duration_p90_seconds: ['Nine in ten deployments took no longer.', (figures) => figures.duration?.p90],
  recovery_median_seconds: ['From a failure to the end of the way back.', (figures) => figures.recovery?.median],
  recovery_p90_seconds: ['Nine in ten recoveries took no longer.', (figures) => figures.recovery?.p90],
  unrecovered: ['Whether a stuck rollout was mended by nothing yet.', (figures) => figures.unrecovered],
};

const RESULTS: Readonly<Record<string, Read>> = {
  succeeded: (figures) => figures.succeeded,
  rolled_back: (figures) => figures.rolledBack,
  stuck: (figures) => figures.stuck,
  aborted: (figures) => figures.aborted,
  taken_back: (figures) => figures.takenBack,
};

export function deliveryMetrics(registry: Registry, inside: Inside): void {
  const reports = sharedReports(inside);
  const gauge = (
    name: string,
    help: string,
    more: readonly string[],
    show: (gauge: Gauge, figures: DeliveryFigures, labels: Record<string, string>) => void,
  ): void => {
    new Gauge({
      name: `outrider_delivery_${name}`,
      help,
      labelNames: ['environment', 'app', 'window', ...more],
      registers: [registry],
      async collect() {
        this.reset();
        for (const { window, app, figures } of await reports()) {
          show(this, figures, { environment: inside.environment, app, window });
        }
      },
    });
  };
  for (const [name, [help, read]] of Object.entries(FIGURES)) {
    gauge(name, help, [], (shown, figures, labels) => {
      const value = read(figures);
      if (value !== undefined) shown.set(labels, value);
    });
  }
  gauge(
    'deployments',
    'Deployments that ended; taken_back are of those that succeeded.',
    ['result'],
    (shown, figures, labels) => {
      for (const [result, read] of Object.entries(RESULTS)) shown.set({ ...labels, result }, read(figures) ?? 0);
    },
  );
}

interface Report {
  readonly window: Window;
  readonly app: string;
  readonly figures: DeliveryFigures;
}

/** All gauges of one scrape are read together: from one look. With Redis away there are none. */
function sharedReports({ rollouts, environment, clock }: Inside): () => Promise<readonly Report[]> {
  let look: Promise<readonly Report[]> | undefined;
  const read = async (): Promise<readonly Report[]> => {
    const until = clock.now();
    const records: readonly DeliveryRecord[] = await rollouts
      .deliveries(Math.max(0, until - DELIVERIES_KEPT_MS))
      .catch(() => []);
    return (Object.keys(WINDOWS) as Window[]).flatMap((window) =>
      deliveryReport(records, { environment, app: '', from: until - WINDOWS[window], until }).apps.map((one) => ({
        ...one,
        window,
      })),
    );
  };
  return () => (look ??= read().finally(() => (look = undefined)));
}
