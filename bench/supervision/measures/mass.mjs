// All agents killed at once: from just before the first kill to the last stamp of those that take their place.
import { now } from '../run.mjs';
import { kill } from '../workplace.mjs';

const TIMEOUT_MS = 60_000;

export async function mass(run, agents) {
  run.stamps.read();
  const before = new Map(agents.map(({ id }) => [id, run.stamps.count(id)]));
  const victims = agents.map(({ id }) => run.stamps.pid(id));
  const began = now();
  for (const pid of victims) kill(pid);
  const back = ({ id }) => run.stamps.count(id) > before.get(id);
  const all = await run.stamps.until(() => agents.every(back), TIMEOUT_MS);
  const came = agents.filter(back).map(({ id }) => run.stamps.byId.get(id)[before.get(id)].at);
  return { massS: all ? (Math.max(...came) - began) / 1e9 : undefined, massNeverCameBack: agents.length - came.length };
}
