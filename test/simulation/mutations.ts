/** Bugs that are planted one at a time, each in a copy of a source file, and the run that has to catch each of them. */
import { PLANTED } from './planted-bugs.js';
import type { Broken, Counts } from './schedules-run.js';

export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly find: string;
  readonly become: string;
  /** The rules of which one has to be broken by it. */
  readonly caughtBy: readonly string[];
  /** It shows only where the whole engine runs. */
  readonly engine?: true;
}

export const MUTATIONS: readonly Mutation[] = PLANTED;

/** Schedules that a bug may live through; and how long that may take, in milliseconds. */
const MOST = { decisions: 20_000, engine: 1_500, ms: 300_000 };

interface Runner {
  readonly tellMany: (
    from: number,
    count: number,
    counts: Counts,
    options: { readonly until: number; readonly only?: 'engine' },
  ) => Promise<Broken | undefined>;
  readonly newCounts: () => Counts;
}

/** The names of those that no rule has caught, or another one than was said. */
export async function tryMutations(
  names: readonly string[],
  load: (name: string, changes: readonly object[]) => Promise<unknown>,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const survivors: string[] = [];
  for (const mutation of MUTATIONS.filter(({ name }) => names.includes(name))) {
    const { tellMany, newCounts } = (await load('schedules-run', [mutation])) as Runner;
    const counts = newCounts();
    const until = performance.now() + MOST.ms;
    const found = await (mutation.engine === true
      ? tellMany(1, MOST.engine, counts, { until, only: 'engine' })
      : tellMany(1, MOST.decisions, counts, { until }));
    const rule = mutation.caughtBy.find((one) => found?.broken.some((sentence) => sentence.startsWith(`${one}:`)));
    if (rule === undefined) survivors.push(mutation.name);
    const by = rule ?? (found === undefined ? 'NOBODY' : `ANOTHER RULE: ${found.broken.join('; ')}`);
    print(`${mutation.name.padEnd(44)} ${by.padEnd(50)} after ${counts.schedules} schedules`);
  }
  print(`${names.length - survivors.length} of ${names.length} planted bugs caught`);
  return survivors;
}
