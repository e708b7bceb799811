// Death of the supervisor: `kill -9` of it, then its start again. Half of the agents are silent, half write output.
import { setTimeout as pause } from 'node:timers/promises';
import { kill } from '../workplace.mjs';

const EACH = 10;
const WRITE_MS = 200;

export async function death(run, { patient }) {
  const ids = ['q', 'w'].flatMap((kind) => Array.from({ length: EACH }, (_, index) => `${kind}${index}`));
  await run.up(ids.map((id) => run.agent(id, id.startsWith('w') ? { LOGMS: WRITE_MS } : {})));
  await run.settle();
  await run.adapter.persist();
  const old = run.running();
  for (const pid of run.adapter.roots()) kill(pid);
  await pause(patient ? 3_000 : 500);
  const orphans = run.running();
  await run.adapter.revive();
  await pause(patient ? 6_000 : 1_500);
  const now = run.running();
  const count = (condition) => ids.filter(condition).length;
  const isKept = (id) => now.get(id)?.length === 1 && now.get(id)[0] === old.get(id)?.[0];
  const figures = {
    deathDied: count((id) => orphans.get(id)?.includes(old.get(id)?.[0]) !== true),
    deathKept: count(isKept),
    deathDoubled: count((id) => (now.get(id)?.length ?? 0) > 1),
    deathAbsent: count((id) => !now.has(id)),
  };
  // Kept is worth something only where it is supervised again.
  const kept = ids.find(isKept);
  run.stamps.read();
  const backMs = kept === undefined ? undefined : await run.killAndWait(kept, 10_000);
  return { ...figures, keptIsSupervised: backMs !== undefined, keptCrashMs: backMs };
}
