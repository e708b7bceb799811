// The bench of sizing: what a host with so many agents asks of its machine, and what hosts of that size ask of the
// coordinator's.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { busyNow, command, ended, readOptions, say } from '../command.mjs';
import { ScaleRun } from '../scale/run.mjs';
import { report } from './report.mjs';
import { SizedHost } from './sized-host.mjs';
import { overWindow } from './window.mjs';

const SOURCE = fileURLToPath(new URL('agent.c', import.meta.url));
const options = readOptions({ agents: '10,74,131', hosts: '1,2,8', seconds: '60', settle: '10', reps: '1' });
const [seconds, settleS, reps] = [options.seconds[0], options.settle[0], options.reps[0]];

const HELP = `Measures what a host of some size needs, and its coordinator and Redis: real agents, a real sidecar.

usage: npm run bench:sizing -- [options]

  --agents A,B     agents of a host, one measurement for each (10,74,131)
  --hosts A,B      hosts of that size for one coordinator; more than one are simulated (1,2,8)
  --seconds N      how long each is looked at (60)
  --settle N       how long it is left alone before (10)
  --reps N         repetitions (1)
  --json FILE      write every record
  --help

Each agent answers HTTP, which is asked every 5 s, and says a beat on the bus every 5 s. Metrics are scraped every 15 s.
Simulated hosts tell the coordinator of changes as often as the real one of the same size did. Needs a C compiler and
redis-server. Run it on a quiet machine.
`;

async function measure(place) {
  const program = join(place.folder, 'sized-agent');
  execFileSync('cc', ['-O2', '-o', program, SOURCE]);
  const records = [];
  for (let repetition = 1; repetition <= reps; repetition += 1) {
    for (const agents of options.agents) {
      say(`${agents} agents on one host, repetition ${repetition}`);
      const one = await ofOneHost(place, agents, program);
      records.push({ repetition, ...one });
      for (const hosts of options.hosts.filter((count) => count > 1)) {
        say(`${hosts} simulated hosts of ${agents} agents, repetition ${repetition}`);
        records.push({ repetition, ...(await ofManyHosts(place, agents, hosts, one.updatesPerS)) });
      }
    }
  }
  return records;
}

async function ofOneHost(place, agents, program) {
  const busyBefore = await busyNow();
  const host = new SizedHost({ place, dir: place.fresh('sized', []), agents, program });
  try {
    await host.start();
    await host.rollout(); // the first one has nothing to end
    const rolloutS = (await host.rollout()) / 1_000;
    await pause(settleS * 1_000);
    const updatesPerS = await host.updatesPerSecond(settleS);
    const window = await overWindow({
      ...{ seconds, redis: host.redis },
      pids: { sidecar: host.sidecar.pid, coordinator: host.fleet.coordinator.pid },
      pages: { sidecar: `http://${host.address}:8000/metrics`, coordinator: metricsOf(place) },
      counters: { coordinator: () => host.toCoordinator.bytes, redis: () => host.toRedis.bytes },
    });
    return { agents, hosts: 1, busyBefore, rolloutS, updatesPerS, ...window };
  } finally {
    host.end();
  }
}

async function ofManyHosts(place, agents, hosts, updatesPerS) {
  const busyBefore = await busyNow();
  const run = new ScaleRun({
    ...{ place, dir: place.fresh('scale', []), hosts, agents, cores: cpus().length },
    updatesPerSecond: hosts * updatesPerS,
  });
  try {
    await run.start();
    await run.rollout('1', hosts);
    await pause(settleS * 1_000);
    const window = await overWindow({
      ...{ seconds, redis: run.redis, pids: { coordinator: run.pid }, pages: { coordinator: metricsOf(place) } },
    });
    return { agents, hosts, busyBefore, ...window };
  } finally {
    run.end();
  }
}

const metricsOf = (place) => `http://${place.network}.1:7777/metrics`;

command(options, { help: HELP, measure, report }).catch(ended);
