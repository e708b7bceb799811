// The rows of the table: what each is made of, and which value is better. Pure.
import { median, percentile } from '../statistics.mjs';

const number = (digits) => (value) => (value === undefined ? '-' : value.toFixed(digits));
const middle = (key) => (records) => median(values(records, key));
const pooled = (key, part) => (records) => percentile(values(records, key).flat(), part);

/** Of those that have it. */
export const values = (records, key) => records.map((record) => record[key]).filter((value) => value !== undefined);

const row = (label, test, read, digits, lowerIsBetter = true) => ({
  label,
  test,
  read,
  show: number(digits),
  lowerIsBetter,
});

export const ROWS = [
  row('cold start of all, s', 'life', middle('coldS'), 2),
  row('crash to running p50, ms', 'life', pooled('crashMs', 0.5), 1),
  row('crash to running p99, ms', 'life', pooled('crashMs', 0.99), 1),
  row('all killed at once, s', 'life', middle('massS'), 2),
  row('memory PSS, MiB', 'life', middle('pssMiB'), 1),
  row('memory private, MiB', 'life', middle('privateMiB'), 1),
  row('memory RSS, MiB', 'life', middle('rssMiB'), 1),
  row('processes of its own', 'life', middle('processes'), 0),
  row('idle CPU, % of a core', 'life', middle('idleCpuPercent'), 2),
  row('wake-ups per second', 'life', middle('wakeUpsPerS'), 1),
  row('status, ms', 'life', (records) => median(values(records, 'statusMs').flat()), 0),
  row('swap, keep-alive off: failed requests', 'swap-off', middle('failedOff'), 0),
  row('swap, keep-alive on: failed requests', 'swap-on', middle('failedOn'), 0),
  row('swap, longest silence, ms', 'swap-off', middle('longestGapMsOff'), 0),
  row('supervisor killed: agents that died, of 20', 'death', middle('deathDied'), 0),
  row('... and kept when it was started again', 'death', middle('deathKept'), 0, false),
  row('... and running twice then', 'death', middle('deathDoubled'), 0),
  row('flood of 200 MB/s: growth, MiB', 'flood', middle('floodGrowthMiB'), 1),
  row('... MB/s that got through', 'flood', middle('floodMBperS'), 0, false),
  row('... crash to running of others, p50 before, ms', 'flood', pooled('quietMs', 0.5), 1),
  row('... crash to running of others, p50 meanwhile, ms', 'flood', pooled('floodedMs', 0.5), 1),
];
