/** `npm run simulate`: schedules by the thousand, one of them told in full, planted bugs, histories recorded. */
import { parseArgs } from 'node:util';
import { DECIDING_CELLS, missedCells } from './cells.js';
import { recordDecisions } from './history.js';
import { MUTATIONS, tryMutations } from './mutations.js';
import { type Counts, ENGINE_EVERY, isEngine, newCounts, tellMany, tellOne } from './schedules-run.js';

const HELP = `npm run simulate [-- OPTION ...]

Rollouts against simulated hosts, networks, clocks, leaders and Redis, each chosen by its seed. Ends with 1 at the first
rule that is broken, and says how to see the story.

  --seeds N       how many schedules (default 100000); one in ${ENGINE_EVERY} is of the whole engine
  --from SEED     the first of them (default 1)
  --one SEED      tells one schedule in full
  --mutations     plants each bug of the list and looks whether a rule catches it; --only NAME,NAME: these alone
  --record SEED   writes the decisions of a schedule as a history, to standard output
  --workers 1     schedules run on one core; 1 is the only number there is
  --help          this text
`;

export type Load = (name: string, changes: readonly object[]) => Promise<unknown>;

function naturalOf(text: string, option: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new Error(`--${option} takes a whole number of at most nine digits, not "${text}".`);
  return Number(text);
}

/** The exit code. */
export async function simulate(args: readonly string[], load: Load): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      one: { type: 'string' },
      only: { type: 'string' },
      record: { type: 'string' },
      workers: { type: 'string' },
      mutations: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if ((values.workers ?? '1') !== '1') throw new Error('--workers takes 1: schedules run on one core.');
  if (values.one !== undefined) return showOne(naturalOf(values.one, 'one'));
  if (values.record !== undefined) {
    process.stdout.write(await record(naturalOf(values.record, 'record'), load));
    return 0;
  }
  const from = naturalOf(values.from ?? '1', 'from');
  if (values.mutations === true) return plant(values.only, load);
  return runAll(from, naturalOf(values.seeds ?? '100000', 'seeds'));
}

/** In a copy of the engine every decision is told to whoever listens. */
const LISTENING = {
  file: 'packages/coordinator/src/engine/rollout-run.ts',
  find: 'return decide(rollout, event, this.options.limits);',
  become: `const decision = decide(rollout, event, this.options.limits);
    globalThis.outriderHeard?.(rollout, event, decision, this.options.limits);
    return decision;`,
};

async function record(seed: number, load: Load): Promise<string> {
  if (!isEngine(seed)) return recordDecisions(seed);
  const { recordEngine } = (await load('engine-history', [LISTENING])) as {
    readonly recordEngine: (seed: number) => Promise<string>;
  };
  return recordEngine(seed);
}

async function showOne(seed: number): Promise<number> {
  const told = await tellOne(seed, newCounts(), true);
  console.log(`schedule ${seed} (${isEngine(seed) ? 'engine' : 'decisions'}): ${told.title}`);
  for (const line of told.story) console.log(line);
  console.log(`it ended: ${told.phase}`);
  for (const sentence of told.broken) console.log(`BROKEN ${sentence}`);
  return told.broken.length === 0 ? 0 : 1;
}

async function runAll(from: number, count: number): Promise<number> {
  const counts = newCounts();
  const began = performance.now();
  const cpu = process.cpuUsage();
  const every = Math.max(1, Math.floor(count / 10));
  const progress = (done: number): void => {
    if (done % every === 0) console.log(`${done} of ${count} schedules`);
  };
  const found = await tellMany(from, count, counts, { progress });
  const used = process.cpuUsage(cpu);
  report(counts, performance.now() - began, (used.user + used.system) / 1_000);
  if (found === undefined) return 0;
  for (const sentence of found.broken) console.error(`BROKEN in schedule ${found.seed}: ${sentence}`);
  console.error(`The whole story: npm run simulate -- --one ${found.seed}`);
  return 1;
}

function report({ schedules, engine, endings, injected, visited }: Counts, wallMs: number, cpuMs: number): void {
  const table = (title: string, rows: ReadonlyMap<string, number>): void => {
    console.log(`\n${title}`);
    for (const [name, times] of [...rows].sort(([, a], [, b]) => b - a))
      console.log(`  ${String(times).padStart(9)}  ${name}`);
  };
  table('endings', endings);
  table('what happened on the way', injected);
  const missed = missedCells(visited);
  console.log(`\ncells that decide: ${DECIDING_CELLS.length - missed.length} of ${DECIDING_CELLS.length} visited`);
  if (missed.length > 0) console.log(`  not: ${missed.join(', ')}`);
  console.log(
    `${schedules} schedules: ${schedules - engine} of the decisions, ${engine} of the engine; ` +
      `${(wallMs / 1000).toFixed(1)} s (${(cpuMs / 1000).toFixed(1)} s of one core), ` +
      `${Math.round((schedules * 1000) / wallMs)} schedules a second`,
  );
}

async function plant(only: string | undefined, load: Load): Promise<number> {
  const names = only?.split(',');
  const unknown = names?.find((name) => !MUTATIONS.some((mutation) => mutation.name === name));
  if (unknown !== undefined)
    throw new Error(
      `There is no planted bug "${unknown}". Those there are: ${MUTATIONS.map(({ name }) => name).join(', ')}.`,
    );
  const survivors = await tryMutations(names ?? MUTATIONS.map(({ name }) => name), load, (line) => console.log(line));
  if (survivors.length === 0) return 0;
  console.error(`not caught: ${survivors.join(', ')}`);
  return 1;
}
