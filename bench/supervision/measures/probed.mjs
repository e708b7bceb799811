// What probes cost: processor time and memory while each agent is asked every five seconds.
import { setTimeout as pause } from 'node:timers/promises';
import { idle } from './idle.mjs';
import { memory } from './memory.mjs';

const FIRST_PROBES_MS = 8_000;

export async function probed(run, { agents: count, idleS, patient }) {
  await run.up(run.agents(count));
  await pause(patient ? FIRST_PROBES_MS : 2_000);
  const { idleCpuPercent } = await idle(run, idleS);
  return { probedCpuPercent: idleCpuPercent, probedPssMiB: memory(run).pssMiB };
}
