// Churn: agents are killed at random for many minutes. Does memory grow, do descriptors, do threads?
import { setTimeout as pause } from 'node:timers/promises';
import { descriptors, memoryOf, processorTimeOf } from '../proc.mjs';
import { slopeOf } from '../statistics.mjs';
import { now } from '../run.mjs';

const KILL_EVERY_MS = 500;
const SAMPLE_EVERY_MS = 5_000;
/** Of the time: caches fill and the heap finds its size. */
const WARM_UP = 0.2;
const HOUR_S = 3_600;

export async function churn(run, { agents: count, minutes, say }) {
  const agents = run.agents(count);
  await run.up(agents);
  await run.adapter.accompany();
  await run.settle();
  const began = now();
  const samples = [];
  const crashMs = [];
  const cpu = processorTimeOf(run.own());
  const seconds = () => (now() - began) / 1e9;
  const killedAtS = new Map();
  for (let next = 0; seconds() < minutes * 60;) {
    const rested = agents.filter((agent) => isRested(run, seconds() - (killedAtS.get(agent.id) ?? -Infinity)));
    if (rested.length === 0) {
      await pause(KILL_EVERY_MS);
      continue;
    }
    const { id } = rested[Math.floor(Math.random() * rested.length)];
    killedAtS.set(id, seconds());
    crashMs.push(await run.killAndWait(id, 40_000));
    if (now() - began >= next) {
      samples.push(sampleOf(run, seconds()));
      next += SAMPLE_EVERY_MS * 1e6;
      if (samples.length % 24 === 0) say(`  ${lineOf(samples.at(-1))}`);
    }
    await pause(Math.random() * 2 * KILL_EVERY_MS);
  }
  const usedPercent = ((processorTimeOf(run.own()) - cpu) / (now() - began)) * 100;
  const settled = samples.filter(({ atS }) => atS >= minutes * 60 * WARM_UP);
  const slope = (key) => slopeOf(settled.map((sample) => [sample.atS / HOUR_S, sample[key]]));
  return {
    minutes,
    kills: crashMs.length,
    neverCameBack: crashMs.filter((ms) => ms === undefined).length,
    crashMs: crashMs.filter((ms) => ms !== undefined),
    usedPercent,
    first: samples[0],
    last: samples.at(-1),
    rssSlope: slope('rssMiB'),
    pssSlope: slope('pssMiB'),
    descriptorsSlope: slope('descriptors'),
    samples,
  };
}

/** Who is killed again and again within a minute is given up for a while, and rightly so. */
const isRested = (run, sinceS) => sinceS > run.adapter.constructor.forgetsAfterS + 2;

function sampleOf(run, atS) {
  const own = run.own();
  const { rss, pss } = memoryOf(own);
  const open = own.reduce((sum, pid) => sum + descriptors(pid), 0);
  return { atS, rssMiB: rss / 1024, pssMiB: pss / 1024, processes: own.length, descriptors: open };
}

const lineOf = ({ atS, rssMiB, pssMiB, descriptors: open }) =>
  `after ${Math.round(atS / 60)} min: RSS ${rssMiB.toFixed(1)} MiB, PSS ${pssMiB.toFixed(1)} MiB, ${open} descriptors`;
