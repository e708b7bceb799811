// Records as Markdown: one table, a row a figure, a column a supervisor; and what must be known to read it. Pure.
import { median } from '../statistics.mjs';
import { ROWS, values } from './rows.mjs';

const OURS = 'outrider';
/** More of the machine in use by others than this, and a test is left out where enough quiet ones remain. */
const BUSY = 0.3;
const LEAST_QUIET = 3;

export function report({ machine, supervisors, records }) {
  const titles = supervisors
    .map(({ title }) => title)
    .filter((title) => records.some((one) => one.supervisor === title));
  const table = ROWS.map((row) => lineOf(row, titles, records)).filter((line) => line !== undefined);
  const parts = [`${describe(machine)}\n`];
  if (table.length > 0) parts.push(markdown(['', ...titles, `place of ${OURS}`], table));
  parts.push(...probedLines(records), ...churnLines(records), ...wrongLines(records), settings(supervisors));
  return parts.join('\n');
}

function lineOf(row, titles, records) {
  const found = titles.map((title) => {
    const ours = quiet(records.filter((one) => one.supervisor === title && one.test === row.test && !one.error));
    return ours.length === 0 ? undefined : row.read(ours);
  });
  if (found.every((value) => value === undefined || Number.isNaN(value))) return undefined;
  const shown = found.map((value) => (value === undefined || Number.isNaN(value) ? '-' : row.show(value)));
  return [row.label, ...shown, placeOf(row, titles, shown)];
}

/** Equal as shown is equal. */
function placeOf({ lowerIsBetter }, titles, shown) {
  const own = Number(shown[titles.indexOf(OURS)]);
  const others = shown.filter((value, index) => value !== '-' && titles[index] !== OURS).map(Number);
  if (Number.isNaN(own) || others.length === 0) return '';
  const better = others.filter((value) => (lowerIsBetter ? value < own : value > own));
  return `${better.length + 1}${better.length === 0 && others.includes(own) ? ' (equal)' : ''}`;
}

function quiet(records) {
  const calm = records.filter(({ busyBefore }) => busyBefore <= BUSY);
  return calm.length >= LEAST_QUIET ? calm : records;
}

function markdown(head, lines) {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...lines.map(line), ''].join('\n');
}

function probedLines(records) {
  const probed = records.filter(({ test, error }) => test === 'probed' && !error);
  if (probed.length === 0) return [];
  const cpu = median(values(probed, 'probedCpuPercent')).toFixed(2);
  const pss = median(values(probed, 'probedPssMiB')).toFixed(1);
  return [`With a TCP probe of each agent every 5 s, ${OURS} uses ${cpu} % of a core and ${pss} MiB (PSS).\n`];
}

function churnLines(records) {
  return records
    .filter(({ test, error }) => test === 'churn' && !error)
    .map((one) => {
      const slope = ({ slope: value, error }, unit) => `${value.toFixed(2)} ± ${error.toFixed(2)} ${unit}`;
      const middle = one.crashMs.length === 0 ? NaN : median(one.crashMs);
      return (
        `${one.supervisor}: ${one.minutes} minutes, ${one.kills} kills, ${one.neverCameBack} never came back, ` +
        `p50 ${middle.toFixed(1)} ms. RSS ${one.first.rssMiB.toFixed(1)} -> ${one.last.rssMiB.toFixed(1)} MiB, ` +
        `slope ${slope(one.rssSlope, 'MiB/hour')}; PSS slope ${slope(one.pssSlope, 'MiB/hour')}; ` +
        `descriptors ${one.first.descriptors} -> ${one.last.descriptors}, slope ${slope(one.descriptorsSlope, 'an hour')}; ` +
        `${one.usedPercent.toFixed(1)} % of a core.\n`
      );
    });
}

/** What a table would hide. */
function wrongLines(records) {
  const counts = [
    'startedTwice',
    'statusWrong',
    'neverCameBack',
    'massNeverCameBack',
    'deathAbsent',
    'floodNeverCameBack',
  ];
  return records.flatMap(({ supervisor, test, repetition, error, ...figures }) => {
    const where = `- ${supervisor}, ${test}, repetition ${repetition}:`;
    if (error !== undefined) return [`${where} ended in an error: ${error}`];
    return counts.filter((key) => (figures[key] ?? 0) !== 0).map((key) => `${where} ${key} ${figures[key]}`);
  });
}

const describe = ({ model, cores, memoryGiB, kernel, node, agent, busyMedian }) =>
  `${cores} cores (${model}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}; agents: ${agent}; ` +
  `${Math.round(busyMedian * 100)} % of the machine in use by others before a test (median).`;

const settings = (supervisors) =>
  ['', ...supervisors.map(({ title, version, note }) => `- ${title}${version ? ` ${version}` : ''}: ${note}`), ''].join(
    '\n',
  );
