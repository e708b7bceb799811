// How long a fleet is without decisions after its leader was killed: from kill -9 until a decision of another
// coordinator has been written to Redis. A rollout is on trial meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from '../supervision/statistics.mjs';
import { Fleet, until } from './fleet.mjs';

const HELP = `npm run bench:failover -- [--kills N] [--json]

Kills the leading coordinator N times (default 20), each at another moment of its lease, while a rollout is on trial.
Prints the median and the worst time until another coordinator has decided something.`;

/** Longer than a leader waits between two renewals: kills fall on every moment between them. */
const PHASES_MS = 1_000;

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
});
const kills = Number(values.kills);
if (values.help === true) {
  console.log(HELP);
  process.exit(0);
}
if (!Number.isInteger(kills) || kills < 1) {
  console.error(`--kills ${values.kills} is no number of kills.`);
  process.exit(2);
}

const fleet = new Fleet();
try {
  await fleet.start(['main-pc', 'pc2'], ['north', 'south']);
  await fleet.cli('release', 'push', fleet.release('1.0.0'), '--version', '1.0.0');
  await fleet.cli('rollout', '--version', '1.0.0', '--yes', '--bake', '0s');
  await fleet.cli('release', 'push', fleet.release('2.0.0'), '--version', '2.0.0');
  await fleet.cli('rollout', '--version', '2.0.0', '--yes', '--bake', '1h', '--confirm-within', '5m', '--detach');
  const first = await fleet.settled();
  await until(() => isOnTrial(first), 'a host to be on trial');
  const times = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const ms = await failover(kill);
    times.push(ms);
    if (values.json !== true) console.log(`kill ${kill + 1}: ${ms} ms`);
  }
  const result = { kills, p50: percentile(times, 0.5), worst: Math.max(...times), times };
  if (values.json === true) console.log(JSON.stringify(result));
  else console.log(`${kills} kills: p50 ${result.p50} ms, worst ${result.worst} ms`);
} finally {
  await fleet.close();
}

async function isOnTrial({ remote }) {
  const { hosts, explained } = await remote.GetRollout({});
  if (
    hosts.every(({ state }) => state !== 'staging' && state !== 'staged' && state !== 'switching' && state !== 'trial')
  )
    throw new Error(`The rollout has ended: ${explained}`);
  return hosts.some(({ state }) => state === 'trial');
}

/** Pausing and resuming are decisions: they are answered once they are written. */
async function failover(kill) {
  const leader = await fleet.settled();
  const other = fleet.coordinators.find((one) => one !== leader);
  await pause((kill * PHASES_MS) / kills);
  const action = kill % 2 === 0 ? 'pause' : 'resume';
  const before = performance.now();
  await leader.kill();
  await other.remote.ControlRollout({ action, by: 'bench' }, { timeoutMs: 30_000 });
  const ms = Math.round(performance.now() - before);
  leader.start();
  return ms;
}
