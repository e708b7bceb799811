// Idle: processor time and wake-ups of the supervisor's own processes while nothing happens.
import { setTimeout as pause } from 'node:timers/promises';
import { processorTimeOf, wakeUpsOf } from '../proc.mjs';
import { now } from '../run.mjs';

export async function idle(run, seconds) {
  const own = run.own();
  const before = { at: now(), cpu: processorTimeOf(own), wakeUps: wakeUpsOf(own) };
  await pause(seconds * 1000);
  const ns = now() - before.at;
  return {
    idleCpuPercent: ((processorTimeOf(own) - before.cpu) / ns) * 100,
    wakeUpsPerS: ((wakeUpsOf(own) - before.wakeUps) / ns) * 1e9,
  };
}
