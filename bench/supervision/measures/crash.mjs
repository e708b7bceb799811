// Crash to running: `kill -9` of one agent after the other, at random moments, each agent once.
import { setTimeout as pause } from 'node:timers/promises';

const LEAST_PAUSE_MS = 150;

export async function crash(run, agents, kills) {
  const victims = shuffled(agents).slice(0, kills);
  const crashMs = [];
  for (const { id } of victims) {
    await pause(LEAST_PAUSE_MS + Math.random() * run.adapter.constructor.periodS * 1000);
    crashMs.push(await run.killAndWait(id));
  }
  return {
    crashMs: crashMs.filter((ms) => ms !== undefined),
    neverCameBack: crashMs.filter((ms) => ms === undefined).length,
  };
}

export function shuffled(list) {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
