// The latest rollout of each app.
import { VARIABLES, dashboard } from './dashboard.mjs';
import { bands, lines, stat, table } from './panels.mjs';
import { APP, BAD, COLOURS, ENV, GOOD, HOST, WARN } from './words.mjs';

const PHASES = [
  'staging',
  'switching',
  'baking',
  'committing',
  'rolling_back',
  'succeeded',
  'rolled_back',
  'aborted',
  'stuck',
];
/** One number for each phase, for the bands. */
const PHASE = PHASES.map((phase, index) => `(outrider_rollout_phase{${APP}, phase="${phase}"} == 1) * ${index + 1}`);
/** Eight of them beside each other. */
const figure = (title, expr, more = {}) => stat(title, expr, { width: 3, ...more });

export const ROLLOUT = dashboard(
  'rollout',
  'rollout',
  'The latest rollout of each app: its phase, what its gates say, and how hosts and agents take it.',
  [VARIABLES.environment, VARIABLES.rolled, VARIABLES.host],
  [
    figure(
      'under way',
      `sum(max by (app) (outrider_rollout_phase{${APP}, phase=~"staging|switching|baking|committing|rolling_back"})) or vector(0)`,
    ),
    figure('stuck', `sum(max by (app) (outrider_rollout_phase{${APP}, phase="stuck"})) or vector(0)`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    figure('wait for a person', `sum(max by (app, waits_for) (outrider_rollout_waiting{${APP}})) or vector(0)`, {
      steps: [
        [null, GOOD],
        [1, WARN],
      ],
    }),
    figure(
      'hosts that have drifted',
      `sum(max by (host, app) (outrider_host_drifted{${HOST}, app=~"$app"})) or vector(0)`,
      {
        steps: [
          [null, GOOD],
          [1, WARN],
        ],
      },
    ),
    figure(
      'hosts on trial or switching',
      `count(outrider_release_info{${HOST}, app=~"$app", phase=~"switching|trial|reverting"}) or vector(0)`,
    ),
    figure(
      'gates that said no, in an hour',
      `sum(increase(outrider_gate_samples_total{${ENV}, result="fail"}[1h])) or vector(0)`,
      {
        steps: [
          [null, GOOD],
          [1, BAD],
        ],
      },
    ),
    figure('ways back begun, in an hour', `sum(increase(outrider_rollbacks_total{${APP}}[1h])) or vector(0)`, {
      steps: [
        [null, GOOD],
        [1, WARN],
      ],
    }),
    figure(
      'apps with mixed releases',
      `count(count by (app) (count by (app, version) (outrider_release_info{${APP}, phase!="candidate"})) > 1) or vector(0)`,
      {
        steps: [
          [null, GOOD],
          [1, WARN],
        ],
      },
    ),
    bands('phase of the latest rollout', [[`max by (app) (${PHASE.join(' or ')})`, '{{app}}']], {
      height: 8,
      mappings: [
        {
          type: 'value',
          options: Object.fromEntries(
            PHASES.map((phase, index) => [index + 1, { text: phase, color: COLOURS[phase] }]),
          ),
        },
      ],
      options: { mergeValues: true, showValue: 'auto', rowHeight: 0.85, legend: { showLegend: false } },
    }),
    lines(
      'verdicts of gates, in 5 minutes',
      [[`sum by (gate, result) (increase(outrider_gate_samples_total{${ENV}}[5m]))`, '{{gate}} {{result}}']],
      { min: 0, width: 12 },
    ),
    lines(
      'hosts by release',
      [[`count by (app, version) (outrider_release_info{${APP}, phase!="candidate"})`, '{{app}} {{version}}']],
      { stack: true, min: 0, width: 12 },
    ),
    table('hosts', `outrider_release_info{${HOST}, app=~"$app"}`, ['host', 'app', 'version', 'phase'], { width: 12 }),
    lines(
      'instances that are not ready and should be',
      [[`sum by (host) (outrider_agent_overdue{${HOST}, app=~"$app"})`, '{{host}}']],
      { min: 0, width: 12 },
    ),
    lines(
      'contents that travel',
      [
        [`sum by (from) (rate(outrider_stage_bytes_total{${HOST}}[1m]))`, 'staged, from {{from}}'],
        [`sum(rate(outrider_release_bytes_sent_total{${ENV}, component="coordinator"}[1m]))`, 'sent by coordinators'],
        [`sum(rate(outrider_release_bytes_sent_total{${HOST}}[1m]))`, 'sent by hosts'],
      ],
      { unit: 'Bps', min: 0, width: 12 },
    ),
    lines(
      'errors reported, a minute',
      [
        [
          `sum by (host) (rate(outrider_errors_total{${HOST}, app=~"$app", severity=~"error|critical"}[5m])) * 60`,
          '{{host}}',
        ],
      ],
      { min: 0, width: 12 },
    ),
  ],
  { time: { from: 'now-1h', to: 'now' }, refresh: '5s' },
);
