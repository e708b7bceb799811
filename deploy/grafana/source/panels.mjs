// Kinds of panels, and how they are laid out; kinds of choices. `queries`: each `[expression, legend]`.
import { COLOURS, GOOD, PROMETHEUS } from './words.mjs';

/** One query, or several, each `[expression, legend]`. */
export const targets = (queries, more = {}) =>
  queries.map(([expr, legendFormat = ''], index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: PROMETHEUS,
    expr,
    legendFormat,
    ...more,
  }));

export const panel = (type, title, width, height, { queries, unit = 'short', ...rest }) => ({
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

export const steps = (limits = [[null, GOOD]]) => ({
  mode: 'absolute',
  steps: limits.map(([value, color]) => ({ value, color })),
});

export const byState = Object.entries(COLOURS).map(([name, color]) => ({
  matcher: { id: 'byName', options: name },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
}));

/** `limits`: `[from, colour]`, the first from null. */
export const stat = (title, expr, { width = 4, steps: limits, ...more } = {}) =>
  panel('stat', title, width, 4, {
    queries: [[expr]],
    instant: true,
    steps: limits,
    options: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'none' },
    ...more,
  });

export const lines = (title, queries, { width = 8, height = 8, ...more } = {}) =>
  panel('timeseries', title, width, height, {
    queries,
    custom: { fillOpacity: more.stack ? 60 : 8, lineWidth: 1, stacking: { mode: more.stack ? 'normal' : 'none' } },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    overrides: more.states ? byState : [],
    ...more,
  });

/** Which of its states each series was in, as a band. `expr` gives one series for each of them, 1 where it is so. */
export const bands = (title, queries, { width = 24, height = 10, ...more } = {}) =>
  panel('state-timeline', title, width, height, {
    queries,
    options: { mergeValues: true, showValue: 'never', rowHeight: 0.85, legend: { showLegend: false } },
    ...more,
  });

export const table = (title, expr, columns, { width = 12, height = 8, ...more } = {}) =>
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

export const row = (title) => ({ type: 'row', title, width: 24, height: 1, collapsed: false, panels: [] });

/** Left to right, wrapped at 24 columns. */
export function laidOut(panels) {
  let [x, y, tall] = [0, 0, 0];
  return panels.map(({ width, height, ...one }, index) => {
    if (x + width > 24) [x, y, tall] = [0, y + tall, 0];
    const gridPos = { x, y, w: width, h: height };
    [x, tall] = [x + width, Math.max(tall, height)];
    return { id: index + 1, gridPos, ...one };
  });
}

export const choice = (name, query, more = {}) => ({
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
export const source = (name, type) => ({ type: 'datasource', name, query: type, label: type, current: {} });
export const among = (name, values, current) => ({
  type: 'custom',
  name,
  query: values.join(','),
  options: values.map((value) => ({ text: value, value, selected: value === current })),
  current: { text: current, value: current },
});
