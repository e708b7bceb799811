// What all dashboards share: whom a query asks about, and colours.
export const ENV = 'environment=~"$environment"';
export const HOST = `${ENV}, host=~"$host"`;
export const AGENT = `${HOST}, app=~"$app", agent=~"$agent"`;
export const APP = `${ENV}, app=~"$app"`;
export const DELIVERY = `${APP}, window="$window"`;
export const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' };
export const LOKI = { type: 'loki', uid: '${loki}' };

/** Colours that are told apart by everybody, the same for a state on all dashboards (Okabe and Ito). */
export const GOOD = '#009E73';
export const WARN = '#E69F00';
export const BAD = '#D55E00';
export const BUSY = '#56B4E9';
export const REST = '#999999';
export const COLOURS = {
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
