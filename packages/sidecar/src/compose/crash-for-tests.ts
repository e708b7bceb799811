/**
 * For tests of whole processes: with OUTRIDER_TESTING=1, OUTRIDER_CRASH_AT kills this process at a point, as a power
 * cut would: `spawn.before-record:2` at the second passing, `state.write.after:trial` at the write that brings an app
 * there. Anything else: nothing is wrapped and nothing changes.
 */
import type { HostState } from '../host/host-state.js';
import type { DurableStore, Processes } from '../supervise/ports.js';

const SPAWN_POINTS = ['spawn.before-record', 'spawn.after-record'] as const;
const WRITE_POINTS = ['state.write.before', 'state.write.after'] as const;
/** Where an app can stand: what is under way, else how its staging is. */
const STANDS = ['idle', 'running', 'done', 'failed', 'switching', 'trial', 'reverting'] as const;

export interface CrashPoints {
  processes(real: Processes): Processes;
  store(real: DurableStore): DurableStore;
}

const NONE: CrashPoints = { processes: (real) => real, store: (real) => real };

/** Throws an `Error` where the text names no point: it comes from tests alone. */
export function crashPointsForTests(
  env: Readonly<Record<string, string | undefined>>,
  die: () => void = () => void process.kill(process.pid, 'SIGKILL'),
): CrashPoints {
  const text = env['OUTRIDER_CRASH_AT'];
  if (env['OUTRIDER_TESTING'] !== '1' || text === undefined || text === '') return NONE;
  const [name = '', which = '1'] = text.split(':');
  const isSpawn = among(SPAWN_POINTS, name) && /^[1-9]\d*$/.test(which);
  if (!isSpawn && !(among(WRITE_POINTS, name) && among(STANDS, which))) {
    throw new Error(
      `"${text}" names no crash point: ${SPAWN_POINTS.join(', ')}, then ":" and a number, ` +
        `or ${WRITE_POINTS.join(', ')}, then ":" and one of ${STANDS.join(', ')}.`,
    );
  }
  return {
    processes: (real) => dyingProcesses(real, name, Number(which), die),
    store: (real) => dyingStore(real, name, which, die),
  };
}

const among = (list: readonly string[], word: string): boolean => list.includes(word);

function dyingProcesses(real: Processes, name: string, count: number, die: () => void): Processes {
  let left = count;
  const pass = (point: (typeof SPAWN_POINTS)[number]): void => {
    if (point === name && --left === 0) die();
  };
  return {
    adopt: (...asked) => real.adopt(...asked),
    signal: (...asked) => real.signal(...asked),
    killTree: (...asked) => real.killTree(...asked),
    ownsConnection: (...asked) => real.ownsConnection(...asked),
    spawn: (request) =>
      real.spawn({
        ...request,
        record: (identity) => {
          pass('spawn.before-record');
          request.record(identity);
          pass('spawn.after-record');
        },
      }),
  };
}

function dyingStore(real: DurableStore, name: string, stand: string, die: () => void): DurableStore {
  let before: Readonly<Record<string, string>> = {};
  return {
    load: () => {
      const state = real.load();
      before = standsOf(state);
      return state;
    },
    write: (state) => {
      const now = standsOf(state);
      const arrives = Object.entries(now).some(([app, where]) => where === stand && before[app] !== stand);
      before = now;
      if (arrives && name === 'state.write.before') die();
      real.write(state);
      if (arrives && name === 'state.write.after') die();
    },
  };
}

function standsOf(state: unknown): Readonly<Record<string, string>> {
  const apps = Object.entries((state as Partial<HostState> | undefined)?.apps ?? {});
  return Object.fromEntries(
    apps.map(([app, { work, staging }]) => [app, work.phase === 'idle' ? (staging?.state ?? 'idle') : work.phase]),
  );
}
