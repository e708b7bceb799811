// What the commands `bench:rollout`, `bench:scale` and `bench:release` share: their options, the workplace around them, their tables.
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { busyBetween, machine, machineReading } from './supervision/proc.mjs';
import { median, sorted } from './supervision/statistics.mjs';
import { inWorkplace } from './supervision/workplace.mjs';

export const say = (line) => process.stderr.write(`${line}\n`);

/** Reads whole numbers, words, `--json FILE` and `--help`; `numbers` names each with what it is where nothing is said. */
export function readOptions(numbers, words = []) {
  try {
    return parsed(numbers, words);
  } catch (error) {
    return ended(error);
  }
}

function parsed(numbers, words) {
  const flags = Object.fromEntries(Object.keys(numbers).map((name) => [name, { type: 'string' }]));
  const switches = Object.fromEntries(['help', ...words].map((name) => [name, { type: 'boolean' }]));
  const { values } = parseArgs({ options: { ...flags, ...switches, json: { type: 'string' } } });
  const read = ([name, otherwise]) => {
    const list = String(values[name] ?? otherwise)
      .split(',')
      .map(Number);
    if (list.every((value) => Number.isInteger(value) && value >= 1 && value <= 1_000_000)) return [name, list];
    throw new Error(`--${name}: "${values[name]}" must be whole numbers from 1 to 1000000, with commas between them.`);
  };
  const said = Object.fromEntries(Object.keys(switches).map((name) => [name, values[name] === true]));
  return { ...Object.fromEntries(Object.entries(numbers).map(read)), ...said, json: values.json };
}

/** How much of the machine others use, over a moment. */
export async function busyNow() {
  const before = machineReading();
  await pause(400);
  return busyBetween(before, machineReading());
}

/** Runs `measure(place)`, prints what `report` makes of its records, and leaves nothing behind. */
export async function command(options, { help, measure, report }) {
  if (options.help) return void process.stdout.write(help);
  return inWorkplace(async (place) => {
    const records = await measure(place);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine: machine(), records })}\n`);
    process.stdout.write(`${described(records)}\n\n${report(records)}`);
  });
}

function described(records) {
  const { model, cores, memoryGiB, kernel, node } = machine();
  const busy = records.map((record) => Math.round(record.busyBefore * 100));
  return (
    `${cores} cores (${model}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}; of the machine in use by others ` +
    `before a measurement: ${median(busy)} % (median), ${Math.max(...busy)} % (most).`
  );
}

export const ended = (error) => {
  say(`Error: ${error.message}`);
  process.exit(1);
};

export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** The median, and what the repetitions lie between. */
export function spread(values, digits = 0) {
  const ordered = sorted(values);
  const [least, most] = [ordered[0], ordered.at(-1)].map((value) => value.toFixed(digits));
  return least === most ? least : `${median(values).toFixed(digits)} (${least} to ${most})`;
}
