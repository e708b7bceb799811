// Status latency: from the start of the command to its end, as a person or a script waits for it.
import { now } from '../run.mjs';

const TIMES = 5;

export async function status(run, expected) {
  const statusMs = [];
  let running = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const began = now();
    running = await run.adapter.status();
    statusMs.push((now() - began) / 1e6);
  }
  return { statusMs, statusWrong: expected - running };
}
