// What processes and a Redis use over a span of time, scraped meanwhile as Prometheus does it.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryOf, processorTimeOf, wakeUpsOf } from '../supervision/proc.mjs';

const SCRAPE_MS = 15_000;
const MIB = 1024 * 1024;

/**
 * `pids`, `counters`: by name; a counter gives a number of bytes. Of each process `{ pssMiB, rssMiB, cpuPercent, wakeUpsPerS,
 * writtenMiBPerH }`, of Redis `{ memoryMiB, commandsPerS }`, of each counter MiB an hour; `scrapes` MiB an hour by page.
 */
export async function overWindow({ seconds, pids, redis, pages = {}, counters = {} }) {
  const scraped = Object.fromEntries(Object.keys(pages).map((name) => [name, 0]));
  const before = await reading(pids, redis, counters);
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    for (const [name, url] of Object.entries(pages)) scraped[name] = (await (await fetch(url)).text()).length;
    await pause(Math.max(0, Math.min(SCRAPE_MS, until - performance.now())));
  }
  const after = await reading(pids, redis, counters);
  const spanS = (after.at - before.at) / 1_000;
  const perHour = (bytes) => (bytes / MIB / spanS) * 3_600;
  const each = (all, make) => Object.fromEntries(Object.keys(all).map((name) => [name, make(name)]));
  return {
    ...{ spanS, processes: each(pids, (name) => used(before.processes[name], after.processes[name], spanS, perHour)) },
    redis: {
      memoryMiB: after.redis.memory / MIB,
      // Those that ask Redis for this are among them: two.
      commandsPerS: (after.redis.commands - before.redis.commands) / spanS,
    },
    counted: each(counters, (name) => perHour(after.counters[name] - before.counters[name])),
    scraped: each(pages, (name) => (scraped[name] / MIB) * (3_600_000 / SCRAPE_MS)),
  };
}

function used(before, after, spanS, perHour) {
  return {
    ...{ pssMiB: after.memory.pss / 1_024, rssMiB: after.memory.rss / 1_024 },
    cpuPercent: ((after.cpu - before.cpu) / (spanS * 1e9)) * 100,
    wakeUpsPerS: (after.wakeUps - before.wakeUps) / spanS,
    writtenMiBPerH: perHour(after.written - before.written),
  };
}

async function reading(pids, redis, counters) {
  const info = await redis.info();
  const field = (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return {
    at: performance.now(),
    processes: Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, processOf(pid)])),
    redis: { memory: field('used_memory'), commands: field('total_commands_processed') },
    counters: Object.fromEntries(Object.entries(counters).map(([name, read]) => [name, read()])),
  };
}

/** `written`: bytes that were to go to a disk; what is in memory alone, as /run is, is none of them. */
const processOf = (pid) => ({
  ...{ memory: memoryOf([pid]), cpu: processorTimeOf([pid]), wakeUps: wakeUpsOf([pid]) },
  written: Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0),
});
