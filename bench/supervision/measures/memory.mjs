// Memory of everything that belongs to the supervisor, helpers and loggers included, agents left out.
import { memoryOf } from '../proc.mjs';

export function memory(run) {
  const own = run.own();
  const { rss, pss, own: alone } = memoryOf(own);
  return { processes: own.length, rssMiB: rss / 1024, pssMiB: pss / 1024, privateMiB: alone / 1024 };
}
