// One agent, or some.
import { VARIABLES, dashboard } from './dashboard.mjs';
import { bands, lines, source, stat } from './panels.mjs';
import { AGENT, BAD, GOOD, LOKI, WARN } from './words.mjs';

export const AGENTS = dashboard(
  'agent',
  'agent',
  'One agent, or some: whether it is well, how it answers, what it uses, what it says.',
  [VARIABLES.environment, VARIABLES.host, VARIABLES.app, VARIABLES.agent, source('loki', 'loki')],
  [
    stat('instances up', `sum(outrider_agent_up{${AGENT}})`),
    stat('ready', `sum(outrider_agent_ready{${AGENT}})`),
    stat('should run', `sum(outrider_agent_replicas{${AGENT}})`),
    stat('health', `avg(outrider_agent_health_score{${AGENT}})`, {
      unit: 'percentunit',
      steps: [
        [null, BAD],
        [0.5, WARN],
        [1, GOOD],
      ],
    }),
    stat(
      'available in this time',
      `avg(increase(outrider_agent_available_seconds_total{${AGENT}}[$__range])) / $__range_s`,
      {
        unit: 'percentunit',
        max: 1,
        description: 'Of the time shown, the share in which an instance was ready.',
        steps: [
          [null, BAD],
          [0.99, WARN],
          [0.999, GOOD],
        ],
      },
    ),
    stat('ends that nobody asked for', `sum(increase(outrider_agent_exits_total{${AGENT}}[$__range]))`, {
      steps: [
        [null, GOOD],
        [1, WARN],
      ],
    }),
    bands(
      'ready',
      [[`max by (host, app, agent, instance) (outrider_agent_ready{${AGENT}})`, '{{agent}}.{{instance}} on {{host}}']],
      {
        steps: [
          [null, BAD],
          [1, GOOD],
        ],
        mappings: [
          { type: 'value', options: { 0: { text: 'not ready', color: BAD }, 1: { text: 'ready', color: GOOD } } },
        ],
      },
    ),
    lines(
      'probes: 99 of 100 answer within',
      [
        [
          `histogram_quantile(0.99, sum by (le, agent) (rate(outrider_probe_seconds_bucket{${AGENT}}[5m])))`,
          '{{agent}}',
        ],
      ],
      { unit: 's', min: 0 },
    ),
    lines(
      'probes that fail',
      [
        [
          `sum by (agent) (rate(outrider_probe_failures_total{${AGENT}}[5m])) / sum by (agent) (rate(outrider_probe_seconds_count{${AGENT}}[5m]))`,
          '{{agent}}',
        ],
      ],
      { unit: 'percentunit', min: 0 },
    ),
    lines('since the last beat', [[`outrider_heartbeat_age_seconds{${AGENT}}`, '{{agent}}.{{instance}} on {{host}}']], {
      unit: 's',
      min: 0,
    }),
    lines('memory', [[`outrider_agent_memory_bytes{${AGENT}}`, '{{agent}}.{{instance}} on {{host}}']], {
      unit: 'bytes',
      min: 0,
    }),
    lines(
      'processors',
      [[`rate(outrider_agent_cpu_seconds_total{${AGENT}}[5m])`, '{{agent}}.{{instance}} on {{host}}']],
      { unit: 'percentunit', min: 0, description: '100 % is one processor.' },
    ),
    lines(
      'errors reported, a minute',
      [[`sum by (agent, severity) (rate(outrider_errors_total{${AGENT}}[5m])) * 60`, '{{agent}} {{severity}}']],
      { min: 0 },
    ),
    lines(
      'ends by cause, in 5 minutes',
      [[`sum by (agent, cause) (increase(outrider_agent_exits_total{${AGENT}}[5m]))`, '{{agent}} {{cause}}']],
      { min: 0 },
    ),
    lines(
      'death to running again',
      [
        [
          `histogram_quantile(0.5, sum by (le) (rate(outrider_agent_restart_seconds_bucket{${AGENT}}[10m])))`,
          'half within',
        ],
        [
          `histogram_quantile(0.99, sum by (le) (rate(outrider_agent_restart_seconds_bucket{${AGENT}}[10m])))`,
          '99 of 100 within',
        ],
      ],
      { unit: 's', min: 0 },
    ),
    lines(
      'starts and changes of replicas, in 5 minutes',
      [
        [`sum by (agent) (increase(outrider_agent_starts_total{${AGENT}}[5m]))`, '{{agent}} starts'],
        [
          `sum by (agent, direction) (increase(outrider_agent_scalings_total{${AGENT}}[5m]))`,
          '{{agent}} scaled {{direction}}',
        ],
      ],
      { min: 0 },
    ),
    lines(
      'what agents measure themselves',
      [
        [
          `{__name__=~"outrider_agent_metric_.+", __name__!~".+_total", ${AGENT}}`,
          '{{__name__}} {{agent}}.{{instance}} on {{host}}',
        ],
      ],
      { width: 12 },
    ),
    lines(
      'what agents count themselves',
      [[`{__name__=~"outrider_agent_metric_.+_total", ${AGENT}}`, '{{__name__}} {{agent}}.{{instance}} on {{host}}']],
      { width: 12, description: 'Totals since the start of the agent: the rates of different names have no name.' },
    ),
    {
      type: 'logs',
      title: 'logs (where deploy/loki ships them)',
      width: 24,
      height: 10,
      datasource: LOKI,
      targets: [{ refId: 'A', datasource: LOKI, expr: '{job="outrider-agents", host=~"$host", agent=~"$agent"}' }],
      options: { showTime: true, wrapLogMessage: true, sortOrder: 'Descending' },
    },
  ],
);
