// Writes dashboards/*.json from what stands here, one line a panel: node deploy/grafana/dashboards.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

const ENV = 'environment=~"$environment"';
const HOST = `${ENV}, host=~"$host"`;
const AGENT = `${HOST}, app=~"$app", agent=~"$agent"`;
const APP = `${ENV}, app=~"$app"`;
const DELIVERY = `${APP}, window="$window"`;
const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
const LOKI = { type: 'loki', uid: '${loki}' };

/** Colours that are told apart by everybody, the same for a state on all dashboards (Okabe and Ito). */
const GOOD = '#009E73';
const WARN = '#E69F00';
const BAD = '#D55E00';
const BUSY = '#56B4E9';
const REST = '#999999';
const COLOURS = {
  ready: GOOD,
  up: GOOD,
  succeeded: GOOD,
  pass: GOOD,
  starting: BUSY,
  staging: BUSY,
  switching: BUSY,
  baking: BUSY,
  committing: BUSY,
  stopping: BUSY,
  draining: BUSY,
  unhealthy: WARN,
  suspect: WARN,
  backoff: WARN,
  rolling_back: WARN,
  rolled_back: WARN,
  inconclusive: WARN,
  failed: BAD,
  down: BAD,
  stuck: BAD,
  fail: BAD,
  error: BAD,
  exited: REST,
  aborted: REST,
};

/** One query, or several, each `[expression, legend]`. */
const targets = (queries, more = {}) =>
  queries.map(([expr, legendFormat = ''], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: PROMETHEUS,
    expr,
    legendFormat,
    ...more,
  }));

const panel = (type, title, width, height, { queries, unit = 'short', ...rest }) => ({
  type,
  title,
  width,
  height,
  description: rest.description ?? '',
  datasource: PROMETHEUS,
  targets: targets(
    queries,
    rest.instant ? { instant: true, range: false, format: rest.table ? 'table' : undefined } : {},
  ),
  fieldConfig: {
    defaults: {
      unit,
      min: rest.min,
      max: rest.max,
      thresholds: steps(rest.steps),
      custom: rest.custom,
      mappings: rest.mappings ?? [],
    },
    overrides: rest.overrides ?? [],
  },
  options: rest.options ?? {},
  transformations: rest.transformations,
});

const steps = (limits = [[null, GOOD]]) => ({
  mode: 'absolute',
  steps: limits.map(([value, color]) => ({ value, color })),
});

const byState = Object.entries(COLOURS).map(([name, color]) => ({
  matcher: { id: 'byName', options: name },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
}));

/** `limits`: `[from, colour]`, the first from null. */
const stat = (title, expr, { width = 4, steps: limits, ...more } = {}) =>
  panel('stat', title, width, 4, {
    queries: [[expr]],
    instant: true,
    steps: limits,
    options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'none' },
    ...more,
  });

const lines = (title, queries, { width = 8, height = 8, ...more } = {}) =>
  panel('timeseries', title, width, height, {
    queries,
    custom: { fillOpacity: more.stack ? 60 : 8, lineWidth: 1, stacking: { mode: more.stack ? 'normal' : 'none' } },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    overrides: more.states ? byState : [],
    ...more,
  });

/** Which of its states each series was in, as a band. `expr` gives one series for each of them, 1 where it is so. */
const bands = (title, queries, { width = 24, height = 10, ...more } = {}) =>
  panel('state-timeline', title, width, height, {
    queries,
    options: { mergeValues: true, showValue: 'never', rowHeight: 0.85, legend: { showLegend: false } },
    ...more,
  });

const table = (title, expr, columns, { width = 12, height = 8, ...more } = {}) =>
  panel('table', title, width, height, {
    queries: [[expr]],
    instant: true,
    table: true,
    transformations: [
      {
        id: 'organize',
        options: {
          excludeByName: Object.fromEntries(
            ['Time', '__name__', 'job', 'component', 'environment', 'instance']
              .filter((name) => !columns.includes(name))
              .map((name) => [name, true]),
          ),
          indexByName: Object.fromEntries([...columns, 'Value'].map((name, index) => [name, index])),
          renameByName: { Value: more.value ?? 'value' },
        },
      },
    ],
    ...more,
  });

const row = (title) => ({ type: 'row', title, width: 24, height: 1, collapsed: false, panels: [] });

/** Left to right, wrapped at 24 columns. */
function laidOut(panels) {
  let [x, y, tall] = [0, 0, 0];
  return panels.map(({ width, height, ...one }, index) => {
    if (x + width > 24) [x, y, tall] = [0, y + tall, 0];
    const gridPos = { x, y, w: width, h: height };
    [x, tall] = [x + width, Math.max(tall, height)];
    return { id: index + 1, gridPos, ...one };
  });
}

const choice = (name, query, more = {}) => ({
  type: 'query',
  name,
  datasource: PROMETHEUS,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
  ...more,
});
const source = (name, type) => ({ type: 'datasource', name, query: type, label: type, current: {} });
const among = (name, values, current) => ({
  type: 'custom',
  name,
  query: values.join(','),
  options: values.map((value) => ({ text: value, value, selected: value === current })),
  current: { text: current, value: current },
});

const VARIABLES = {
  environment: choice('environment', 'label_values(outrider_leader, environment)'),
  host: choice('host', `label_values(outrider_sidecar_info{${ENV}}, host)`),
  app: choice('app', `label_values(outrider_release_info{${ENV}}, app)`),
  agent: choice('agent', `label_values(outrider_agent_up{${HOST}, app=~"$app"}, agent)`),
  rolled: choice('app', `label_values(outrider_rollout_phase{${ENV}}, app)`),
  window: among('window', ['7d', '30d'], '30d'),
};

const dashboard = (uid, title, description, variables, panels, more = {}) => ({
  uid: `outrider-${uid}`,
  title: `Outrider: ${title}`,
  description,
  tags: ['outrider'],
  schemaVersion: 39,
  version: 1,
  editable: true,
  graphTooltip: 1,
  refresh: '15s',
  time: { from: 'now-3h', to: 'now' },
  links: [
    { type: 'dashboards', title: 'Outrider', tags: ['outrider'], asDropdown: true, keepTime: true, includeVars: true },
  ],
  templating: { list: [source('datasource', 'prometheus'), ...variables] },
  panels: laidOut(panels),
  ...more,
});

const FLEET = dashboard(
  'fleet',
  'fleet',
  'All hosts and agents: what is well, what is not, and what there is room for.',
  [VARIABLES.environment, VARIABLES.host],
  [
    stat('hosts up', `max(outrider_hosts{${ENV}, state="up"})`),
    stat('hosts down or suspect', `sum(max by (state) (outrider_hosts{${ENV}, state!="up"}))`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat('instances ready', `sum(outrider_agent_ready{${HOST}})`),
    stat('instances overdue', `sum(outrider_agent_overdue{${HOST}})`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat('coordinators that lead', `sum(outrider_leader{${ENV}})`, {
      steps: [
        [null, BAD],
        [1, GOOD],
        [2, WARN],
      ],
    }),
    stat('Redis answers', `min(outrider_redis_up{${ENV}})`, {
      steps: [
        [null, BAD],
        [1, GOOD],
      ],
    }),
    lines('instances by state', [[`sum by (state) (outrider_agent_state{${HOST}})`, '{{state}}']], {
      stack: true,
      states: true,
      min: 0,
    }),
    lines('hosts by state', [[`max by (state) (outrider_hosts{${ENV}})`, '{{state}}']], {
      stack: true,
      states: true,
      min: 0,
    }),
    lines(
      'ends that nobody asked for, in 5 minutes',
      [[`sum by (host, agent) (increase(outrider_agent_exits_total{${HOST}}[5m])) > 0`, '{{agent}} on {{host}}']],
      { min: 0 },
    ),
    table('not ready, and should be', `outrider_agent_overdue{${HOST}} == 1`, ['host', 'app', 'agent', 'instance']),
    table('releases', `count by (app, version, phase) (outrider_release_info{${HOST}})`, ['app', 'version', 'phase'], {
      value: 'hosts',
    }),
    row('machines'),
    lines('processors', [[`system_cpu_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines('memory', [[`system_memory_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines('disk', [[`system_disk_usage_percent{${HOST}}`, '{{host}}']], {
      unit: 'percent',
      min: 0,
      max: 100,
      width: 6,
    }),
    lines(
      'network',
      [
        [`sum by (host) (rate(system_network_receive_bytes_total{${HOST}}[5m]))`, '{{host}} in'],
        [`-sum by (host) (rate(system_network_transmit_bytes_total{${HOST}}[5m]))`, '{{host}} out'],
      ],
      { unit: 'Bps', width: 6 },
    ),
    row('sidecars'),
    lines('delay of the event loop', [[`outrider_event_loop_lag_seconds{${HOST}}`, '{{host}}']], {
      unit: 's',
      min: 0,
      width: 6,
    }),
    lines('frames on the bus', [[`sum by (result) (rate(outrider_bus_frames_total{${HOST}}[5m]))`, '{{result}}']], {
      unit: 'cps',
      min: 0,
      width: 6,
    }),
    lines(
      'events that wait for Redis',
      [
        [`outrider_events_waiting{${HOST}}`, '{{host}}'],
        [`outrider_events_dropped{${HOST}}`, '{{host}} dropped'],
      ],
      { min: 0, width: 6 },
    ),
    table('versions', `outrider_sidecar_info{${HOST}}`, ['host', 'version'], { width: 6 }),
  ],
);

const AGENTS = dashboard(
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
const ROLLOUT = dashboard(
  'rollout',
  'rollout',
  'The latest rollout of each app: its phase, what its gates say, and how hosts and agents take it.',
  [VARIABLES.environment, VARIABLES.rolled, VARIABLES.host],
  [
    stat(
      'under way',
      `sum(max by (app) (outrider_rollout_phase{${APP}, phase=~"staging|switching|baking|committing|rolling_back"})) or vector(0)`,
    ),
    stat('stuck', `sum(max by (app) (outrider_rollout_phase{${APP}, phase="stuck"})) or vector(0)`, {
      steps: [
        [null, GOOD],
        [1, BAD],
      ],
    }),
    stat(
      'hosts on trial or switching',
      `count(outrider_release_info{${HOST}, app=~"$app", phase=~"switching|trial|reverting"}) or vector(0)`,
    ),
    stat(
      'gates that said no, in an hour',
      `sum(increase(outrider_gate_samples_total{${ENV}, result="fail"}[1h])) or vector(0)`,
      {
        steps: [
          [null, GOOD],
          [1, BAD],
        ],
      },
    ),
    stat('ways back begun, in an hour', `sum(increase(outrider_rollbacks_total{${APP}}[1h])) or vector(0)`, {
      steps: [
        [null, GOOD],
        [1, WARN],
      ],
    }),
    stat(
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

const DELIVERIES = dashboard(
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

const check = process.argv.includes('--check');
for (const [name, made] of Object.entries({ fleet: FLEET, agent: AGENTS, rollout: ROLLOUT, delivery: DELIVERIES })) {
  const file = new URL(`dashboards/${name}.json`, import.meta.url);
  const text = await format(JSON.stringify(made), { parser: 'json', printWidth: 120 });
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`deploy/grafana/dashboards/${name}.json is not what dashboards.mjs makes: run it, without --check.`);
    process.exitCode = 1;
  }
}
