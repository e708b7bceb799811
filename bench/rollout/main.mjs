// The bench of rollouts: what a rollout over real sidecars costs beyond the time that the agents themselves need.
import { busyNow, command, ended, readOptions, say, spread, table } from '../command.mjs';
import { median } from '../supervision/statistics.mjs';
import { OWN, RolloutRun } from './run.mjs';

/** The target: milliseconds for each host, and for each agent on it. */
const TARGET = { host: 250, agent: 20 };
const OWN_MS = OWN.stopMs + OWN.readyMs;
const options = readOptions({ hosts: '4', agents: '1,10,33', reps: '5' });
const [hosts] = options.hosts;
const [reps] = options.reps;

const HELP = `Measures what a rollout costs beyond the agents' own time: a coordinator, a Redis and real sidecars on loopback.

usage: npm run bench:rollout -- [options]

  --hosts N        sidecars (4)
  --agents A,B     agents on each host, one measurement for each (1,10,33)
  --reps N         repetitions (5)
  --json FILE      write every record
  --help

Each agent takes ${OWN.stopMs} ms to end and ${OWN.readyMs} ms to be ready; all of a host are replaced at once. From the event
rollout.started to rollout.succeeded, --bake 0s, one host after the other and all together. Needs a C compiler and
redis-server. Run it on a quiet machine.
`;

async function measure(place) {
  if (!place.compiled) throw new Error('The agent of this bench is a C program: install a C compiler.');
  const run = new RolloutRun({ place, dir: place.fresh('rollout', []), hosts });
  await run.start();
  const records = [];
  for (const agents of options.agents) {
    await run.rollout(agents, hosts); // the first one has nothing to end
    for (let repetition = 1; repetition <= reps; repetition += 1) {
      for (const parallel of hosts === 1 ? [1] : [1, hosts]) {
        say(`${agents} agents a host, ${parallel} at a time, repetition ${repetition}`);
        const busyBefore = await busyNow();
        const { ms } = await run.rollout(agents, parallel);
        const waves = Math.ceil(hosts / parallel);
        records.push({ agents, parallel, repetition, busyBefore, ms, overheadMs: ms - waves * OWN_MS });
      }
    }
  }
  run.end();
  return records;
}

function report(records) {
  const rows = options.agents.flatMap((agents) =>
    [...new Set([1, hosts])].map((parallel) =>
      rowOf(records.filter((one) => one.agents === agents && one.parallel === parallel)),
    ),
  );
  const head = ['agents a host', 'hosts at a time', 'rollout, ms', "agents' own time, ms", 'over it, ms', '... a host'];
  return `${table([...head, 'target a host', 'within'], rows)}\n${slopeLine(records)}`;
}

function rowOf(records) {
  const [{ agents, parallel }] = records;
  const over = records.map(({ overheadMs }) => overheadMs);
  const target = TARGET.host + TARGET.agent * agents;
  return [
    ...[agents, parallel, spread(records.map(({ ms }) => ms)), Math.ceil(hosts / parallel) * OWN_MS],
    ...[spread(over), (median(over) / hosts).toFixed(0), target, median(over) / hosts <= target ? 'yes' : 'no'],
  ];
}

/** One after the other: the line through the fewest and the most agents. */
function slopeLine(records) {
  const [few, many] = [Math.min(...options.agents), Math.max(...options.agents)];
  if (few === many) return '';
  const at = (agents) =>
    median(records.filter((one) => one.agents === agents && one.parallel === 1).map((one) => one.overheadMs)) / hosts;
  const slope = (at(many) - at(few)) / (many - few);
  return (
    `One host after the other: ${(at(few) - few * slope).toFixed(0)} ms a host and ${slope.toFixed(1)} ms an agent ` +
    `(targets ${TARGET.host} and ${TARGET.agent}).\n`
  );
}

command(options, { help: HELP, measure, report }).catch(ended);
