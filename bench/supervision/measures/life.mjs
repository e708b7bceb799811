// One life of a supervisor, in which most rows are measured: cold start, memory, status, idle, kills, all killed.
import { setTimeout as pause } from 'node:timers/promises';
import { coldStart } from './cold-start.mjs';
import { crash } from './crash.mjs';
import { idle } from './idle.mjs';
import { mass } from './mass.mjs';
import { memory } from './memory.mjs';
import { status } from './status.mjs';

export async function life(run, { agents: count, kills, idleS, patient }) {
  const agents = run.agents(count);
  const figures = { agents: count, ...(await coldStart(run, agents)) };
  Object.assign(figures, await status(run, count), memory(run));
  if (patient) await pause(1_000);
  Object.assign(figures, await idle(run, idleS));
  Object.assign(figures, await crash(run, agents, kills));
  // Where a second end is treated otherwise than a first, the kills before are waited out.
  await pause(patient ? 1_000 + run.adapter.constructor.forgetsAfterS * 1000 : 300);
  Object.assign(figures, await mass(run, agents));
  await pause(patient ? 1_500 : 300);
  const after = memory(run);
  return { ...figures, aliveAfterMass: run.running().size, rssAfterMiB: after.rssMiB, pssAfterMiB: after.pssMiB };
}
