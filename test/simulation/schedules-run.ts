/** Runs schedules one after another, and counts what they met. */
import { tellEngine } from './engine-schedule.js';
import { type Told, tellPure } from './schedules.js';
import { tellSomeAgents } from './some-agents.js';

/** One in so many is a story of the whole engine; all others are of the decisions alone. */
export const ENGINE_EVERY = 50;

export const isEngine = (seed: number): boolean => seed % ENGINE_EVERY === 0;

export interface Counts {
  schedules: number;
  engine: number;
  readonly endings: Map<string, number>;
  readonly injected: Map<string, number>;
  readonly visited: Map<string, number>;
}

export const newCounts = (): Counts => ({
  schedules: 0,
  engine: 0,
  endings: new Map(),
  injected: new Map(),
  visited: new Map(),
});

/** The same seed tells the same story, whatever was told before it. */
export async function tellOne(seed: number, counts: Counts, story = false): Promise<Told> {
  const { injected, visited, endings } = counts;
  const engine = isEngine(seed);
  const told = engine ? await tellEngine(seed, { injected, story }) : tellPure(seed, { injected, visited, story });
  const some = tellSomeAgents(seed);
  counts.schedules += 1;
  if (engine) counts.engine += 1;
  endings.set(told.phase, (endings.get(told.phase) ?? 0) + 1);
  return {
    ...told,
    broken: [...told.broken, ...some.broken],
    story: story ? [...told.story, ...some.story] : told.story,
  };
}

export interface Broken {
  readonly seed: number;
  readonly broken: readonly string[];
}

export interface RunOptions {
  /** A moment of `performance.now()`. */
  readonly until?: number;
  /** Leaves all other seeds out. */
  readonly only?: 'engine';
  readonly progress?: (done: number) => void;
}

/** Until a rule is broken, or time is over. */
export async function tellMany(
  from: number,
  count: number,
  counts: Counts,
  { until = Infinity, only, progress }: RunOptions = {},
): Promise<Broken | undefined> {
  // Refusals are answers here, thousands of them, and nobody reads where they came from.
  Error.stackTraceLimit = 0;
  for (let done = 1, seed = from; done <= count; done++, seed++) {
    while (only === 'engine' && !isEngine(seed)) seed++;
    const { broken } = await tellOne(seed, counts).catch((error: unknown) => ({
      broken: [`no bug: ${String(error)}`],
    }));
    if (broken.length > 0) return { seed, broken };
    progress?.(done);
    if (performance.now() > until) return undefined;
  }
  return undefined;
}
