// The bench of supervisors: one command measures all that are installed, side by side, and prints a table.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { HELP, readOptions } from './options.mjs';
import { installPeers } from './peers.mjs';
import { planOf } from './plan.mjs';
import { busyBetween, machine, machineReading } from './proc.mjs';
import { report } from './report/table.mjs';
import { Run } from './run.mjs';
import { median } from './statistics.mjs';
import { SUPERVISORS } from './supervisors.mjs';
import { inWorkplace } from './workplace.mjs';

const QUIET = 0.15;
const LONGEST_WAIT_MS = 10_000;
const say = (line) => process.stderr.write(`${line}\n`);

/** Waits a while for a machine that nobody else uses; returns how much of it was in use in the end. */
async function waitForQuiet(patienceMs) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const before = machineReading();
    await pause(400);
    const busy = busyBetween(before, machineReading());
    if (busy <= QUIET || performance.now() > deadline) return busy;
  }
}

function installed(only) {
  return SUPERVISORS.filter(({ title }) => only.includes(title)).filter((Adapter) => {
    const missing = Adapter.missing();
    if (missing !== undefined) say(`${Adapter.title} is left out: ${missing}. (--setup installs the peers.)`);
    return missing === undefined;
  });
}

async function measure(place, { Adapter, test, repetition, measure: take }, quick) {
  const busyBefore = await waitForQuiet(quick ? 0 : LONGEST_WAIT_MS);
  const record = { supervisor: Adapter.title, test, repetition, busyBefore };
  const run = new Run(place, Adapter, test, !quick);
  try {
    return { ...record, ...(await take(run)) };
  } catch (error) {
    return { ...record, error: error.message };
  } finally {
    run.end();
  }
}

async function all(place, options) {
  const supervisors = installed(options.only);
  const document = {
    machine: { ...machine(), agent: place.compiled ? 'a C program' : 'a Python program (no C compiler here)' },
    supervisors: supervisors.map((Adapter) => ({
      title: Adapter.title,
      version: Adapter.version(),
      note: Adapter.note,
    })),
    records: [],
  };
  const steps = planOf(options, supervisors, say);
  for (const [index, step] of steps.entries()) {
    say(`${index + 1}/${steps.length} ${step.Adapter.title}: ${step.test}, repetition ${step.repetition}`);
    const record = await measure(place, step, options.quick);
    if (record.error !== undefined) say(`  ${record.error}`);
    document.records.push(record);
    document.machine.busyMedian = median(document.records.map(({ busyBefore }) => busyBefore));
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(document, null, 1)}\n`);
  }
  return document;
}

const measureAll = (options) =>
  inWorkplace(async (place) => {
    const document = await all(place, options);
    process.stdout.write(report(document));
    return document.records.some(({ error }) => error !== undefined) ? 1 : 0;
  });

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  if (options.setup) return installPeers(say);
  if (options.from !== undefined) {
    return void process.stdout.write(report(JSON.parse(readFileSync(options.from, 'utf8'))));
  }
  if (process.platform !== 'linux') throw new Error('The bench reads /proc: it runs on Linux alone.');
  if (options.list) {
    for (const { title, note } of installed(options.only)) say(`${title}: ${note}`);
    return undefined;
  }
  process.exitCode = await measureAll(options);
  return undefined;
}

main().catch((error) => {
  say(`Error: ${error.message}`);
  process.exitCode = 1;
});
