// Flood: one agent writes 200 MB/s to standard output beside others. What does the supervisor's memory do, do others wait?
import { setTimeout as pause } from 'node:timers/promises';
import { memoryOf, processorTimeOf } from '../proc.mjs';
import { kill } from '../workplace.mjs';

const OTHERS = 15;
const RATE_MB = 200;

export async function flood(run, { seconds, kills }) {
  const others = run.agents(OTHERS);
  await run.up([...others, run.agent('flood', { FLOOD: RATE_MB, SECONDS: seconds })]);
  await run.settle();
  const quietMs = [];
  for (const { id } of others.slice(0, kills)) quietMs.push(await spaced(run, id));
  const before = memoryOf(run.own()).rss;
  const cpu = processorTimeOf(run.own());
  let peak = before;
  let over = false;
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, memoryOf(run.own()).rss);
      await pause(250);
    }
  })();
  kill(run.stamps.pid('flood'), 'SIGUSR1');
  await pause(1_000);
  const floodedMs = [];
  for (const { id } of others.slice(kills, 2 * kills)) floodedMs.push(await spaced(run, id));
  await run.stamps.until((stamps) => stamps.flood !== undefined, (seconds + 60) * 1000, 50);
  over = true;
  await watching;
  const { bytes = 0, ns = 1 } = run.stamps.flood ?? {};
  return {
    floodMBperS: (bytes / ns) * 1e3,
    floodGrowthMiB: (peak - before) / 1024,
    floodCpuS: (processorTimeOf(run.own()) - cpu) / 1e9,
    quietMs: quietMs.filter((ms) => ms !== undefined),
    floodedMs: floodedMs.filter((ms) => ms !== undefined),
    floodNeverCameBack: [...quietMs, ...floodedMs].filter((ms) => ms === undefined).length,
  };
}

async function spaced(run, id) {
  await pause(150 + Math.random() * 1_000);
  return run.killAndWait(id, 10_000);
}
