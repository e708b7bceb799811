// How releases come, over days.
import { VARIABLES, dashboard } from './dashboard.mjs';
import { lines, row, stat, table } from './panels.mjs';
import { APP, BAD, DELIVERY, GOOD, WARN } from './words.mjs';

export const DELIVERIES = dashboard(
  'delivery',
  'delivery',
  'How often, how fast and how well new releases come: by what coordinators remember, over the last days.',
  [VARIABLES.environment, VARIABLES.rolled, VARIABLES.window],
  [
    stat('deployments a day', `sum(max by (app) (outrider_delivery_frequency_per_day{${DELIVERY}}))`, { width: 6 }),
    stat('succeeded', `avg(max by (app) (outrider_delivery_success_ratio{${DELIVERY}}))`, {
      width: 6,
      unit: 'percentunit',
      steps: [
        [null, BAD],
        [0.8, WARN],
        [0.95, GOOD],
      ],
    }),
    stat('went back', `avg(max by (app) (outrider_delivery_rollback_ratio{${DELIVERY}}))`, {
      width: 6,
      unit: 'percentunit',
      steps: [
        [null, GOOD],
        [0.05, WARN],
        [0.2, BAD],
      ],
    }),
    stat('stuck, and mended by nothing yet', `sum(max by (app) (outrider_delivery_unrecovered{${DELIVERY}}))`, {
      width: 6,
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat('a deployment takes', `max(outrider_delivery_duration_median_seconds{${DELIVERY}})`, { width: 6, unit: 's' }),
    stat('nine in ten take no longer than', `max(outrider_delivery_duration_p90_seconds{${DELIVERY}})`, {
      width: 6,
      unit: 's',
    }),
    stat('recovery takes', `max(outrider_delivery_recovery_median_seconds{${DELIVERY}})`, { width: 6, unit: 's' }),
    stat('nine in ten recover within', `max(outrider_delivery_recovery_p90_seconds{${DELIVERY}})`, {
      width: 6,
      unit: 's',
    }),
    table(
      'deployments by app and result',
      `max by (app, result) (outrider_delivery_deployments{${DELIVERY}})`,
      ['app', 'result'],
      { value: 'deployments' },
    ),
    lines('success, over time', [[`max by (app) (outrider_delivery_success_ratio{${DELIVERY}})`, '{{app}}']], {
      unit: 'percentunit',
      min: 0,
      max: 1,
      width: 12,
    }),
    row('as they happen'),
    lines(
      'rollouts that ended, a day',
      [[`sum by (result) (increase(outrider_rollouts_total{${APP}}[1d]))`, '{{result}}']],
      { stack: true, states: true, min: 0 },
    ),
    lines(
      'ways back, a day',
      [[`sum by (strategy, cause) (increase(outrider_rollbacks_total{${APP}}[1d]))`, '{{strategy}}, {{cause}}']],
      { stack: true, min: 0 },
    ),
    lines(
      'duration of rollouts',
      [
        [`histogram_quantile(0.5, sum by (le) (increase(outrider_rollout_seconds_bucket{${APP}}[1d])))`, 'half within'],
        [
          `histogram_quantile(0.9, sum by (le) (increase(outrider_rollout_seconds_bucket{${APP}}[1d])))`,
          'nine in ten within',
        ],
      ],
      { unit: 's', min: 0 },
    ),
    lines(
      'time in pause, a day',
      [[`sum by (app) (increase(outrider_rollout_paused_seconds_sum{${APP}}[1d]))`, '{{app}}']],
      { unit: 's', min: 0, width: 12 },
    ),
    lines(
      'from a failure to all hosts being back',
      [
        [
          `histogram_quantile(0.5, sum by (le) (increase(outrider_recovery_seconds_bucket{${APP}}[1d])))`,
          'half within',
        ],
        [
          `histogram_quantile(0.9, sum by (le) (increase(outrider_recovery_seconds_bucket{${APP}}[1d])))`,
          'nine in ten within',
        ],
      ],
      { unit: 's', min: 0, width: 12 },
    ),
  ],
  { time: { from: 'now-30d', to: 'now' }, refresh: '5m' },
);
