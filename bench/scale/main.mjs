// The bench of scale: one coordinator on one core, and more hosts than anybody has at hand.
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { busyNow, command, ended, readOptions, say, spread, table } from '../command.mjs';
import { median } from '../supervision/statistics.mjs';
import { OWN, pins, ScaleRun } from './run.mjs';

const MEMORY = { hosts: 10, agents: 131, targetMiB: 150, updates: 3_600, perSecond: 400 };
const options = readOptions({ hosts: '10,100,1000', parallel: '50', reps: '3' });
const [parallel] = options.parallel;
const [reps] = options.reps;
const cores = cpus().length;

const HELP = `Measures how a coordinator grows with the hosts: simulated hosts, each a real gRPC server, and a real Redis.

usage: npm run bench:scale -- [options]

  --hosts A,B      simulated hosts, one measurement for each (10,100,1000)
  --parallel N     hosts switched together (50)
  --reps N         repetitions (3)
  --json FILE      write every record
  --help

The coordinator has a core for itself, where taskset is there; hosts and Redis have the others. A host takes ${OWN.stageMs} ms to
fetch a release and ${OWN.switchMs} ms to switch to it. Then: what a coordinator of ${MEMORY.hosts} hosts and ${MEMORY.agents} agents holds in memory, also after
${MEMORY.updates} updates of their status, as many as an hour of one a second. Run it on a quiet machine.
`;

async function measure(place) {
  if (pins(cores).coordinator.length === 0) say('taskset or a second core is missing: nothing is bound to a core.');
  const records = [];
  for (let repetition = 1; repetition <= reps; repetition += 1) {
    for (const hosts of options.hosts) {
      say(`${hosts} hosts, repetition ${repetition}`);
      records.push({ test: 'scale', hosts, repetition, ...(await rolloutOver(place, hosts)) });
    }
    say(`memory, repetition ${repetition}`);
    records.push({ test: 'memory', repetition, ...(await memoryOf(place)) });
  }
  return records;
}

/** The first rollout brings an app to hosts that have none; the second is measured. */
async function rolloutOver(place, hosts) {
  const busyBefore = await busyNow();
  const run = new ScaleRun({ place, dir: place.fresh('scale', []), hosts, agents: 3, cores });
  try {
    await run.start();
    const connectedMiB = run.rssMiB();
    await run.rollout('1', parallel);
    return { busyBefore, connectedMiB, ...(await run.rollout('2', parallel)) };
  } finally {
    run.end();
  }
}

async function memoryOf(place) {
  const busyBefore = await busyNow();
  const { hosts, agents, updates, perSecond } = MEMORY;
  const share = (index) => Math.floor(agents / hosts) + (index < agents % hosts ? 1 : 0);
  const run = new ScaleRun({
    ...{ place, dir: place.fresh('scale', []), hosts, agents: share, cores, updatesPerSecond: perSecond },
  });
  try {
    await run.start();
    const { peakMiB } = await run.rollout('1', parallel);
    const afterMiB = run.rssMiB();
    await pause((updates / perSecond) * 1_000);
    return { busyBefore, peakMiB, afterMiB, updatedMiB: run.rssMiB(), updatedPeakMiB: run.peakMiB() };
  } finally {
    run.end();
  }
}

function report(records) {
  const of = (hosts) => records.filter((one) => one.test === 'scale' && one.hosts === hosts);
  const head = ['hosts', 'waves', 'rollout, s', 'ms a host', 'CPU, s', 'CPU ms a host', 'RSS peak, MiB', 'KiB a host'];
  const rows = options.hosts.map((hosts) => rowOf(hosts, of(hosts)));
  const memory = records.filter((one) => one.test === 'memory');
  const most = (key) => spread(memory.map((one) => one[key]));
  return (
    `${table([...head, 'to Redis, MiB'], rows)}\n` +
    `${MEMORY.hosts} hosts with ${MEMORY.agents} agents: RSS ${most('afterMiB')} MiB after a rollout (peak ${most('peakMiB')}), ` +
    `${most('updatedMiB')} MiB after ${MEMORY.updates} more updates (peak ${most('updatedPeakMiB')}); target ${MEMORY.targetMiB} MiB.\n`
  );
}

function rowOf(hosts, records) {
  const read = (key, digits) =>
    spread(
      records.map((one) => one[key]),
      digits,
    );
  const middle = (key) => median(records.map((one) => one[key]));
  // Over what a coordinator has before any host: see docs/benchmarks.md.
  const perHost = ((middle('peakMiB') - middle('emptyMiB')) * 1024) / hosts;
  return [
    ...[
      hosts,
      records[0].waves,
      spread(
        records.map(({ ms }) => ms / 1_000),
        1,
      ),
      (middle('ms') / hosts).toFixed(1),
    ],
    ...[read('cpuS', 2), ((middle('cpuS') * 1_000) / hosts).toFixed(1), read('peakMiB'), perHost.toFixed(0)],
    read('redisMiB', 1),
  ];
}

command(options, { help: HELP, measure, report }).catch(ended);
