/**
 * For tests of whole processes: with OUTRIDER_TESTING=1, OUTRIDER_CRASH_AT kills this process at a point, as a power
 * cut would: `spawn.before-record:2` once the second process runs and its identity is not recorded, `state.write.after:trial` at the write that brings an app
 * there. Anything else: nothing is wrapped and nothing changes.
 */
import type { HostState } from '../host/host-state.js';
import type { DurableStore, Processes, RecordStore } from '../supervise/ports.js';

const SPAWN_POINTS = ['spawn.before', 'spawn.before-record', 'spawn.after-record'] as const;
/** `freeze.after`: it stands still, and that is not recorded. */
const PARK_POINTS = ['freeze.before', 'freeze.after', 'thaw.before', 'thaw.after'] as const;
/** Of processes: followed by how many of them it takes. */
const PROCESS_POINTS = [...SPAWN_POINTS, ...PARK_POINTS] as const;
const WRITE_POINTS = ['state.write.before', 'state.write.after'] as const;
/** Where an app can stand: what is under way, else how its staging is. */
const STANDS = ['idle', 'running', 'done', 'failed', 'switching', 'trial', 'reverting'] as const;

export interface CrashPoints {
  processes(real: Processes): Processes;
  records(real: RecordStore): RecordStore;
  store(real: DurableStore): DurableStore;
}

const NONE: CrashPoints = { processes: (real) => real, records: (real) => real, store: (real) => real };

/** Throws an `Error` where the text names no point: it comes from tests alone. */
export function crashPointsForTests(
  env: Readonly<Record<string, string | undefined>>,
  die: () => void = () => void process.kill(process.pid, 'SIGKILL'),
): CrashPoints {
  const text = env['OUTRIDER_CRASH_AT'];
  if (env['OUTRIDER_TESTING'] !== '1' || text === undefined || text === '') return NONE;
  const [name = '', which = '1'] = text.split(':');
  const isProcess = among(PROCESS_POINTS, name) && /^[1-9]\d*$/.test(which);
  if (!isProcess && !(among(WRITE_POINTS, name) && among(STANDS, which))) {
    throw new Error(
      `"${text}" names no crash point: ${PROCESS_POINTS.join(', ')}, then ":" and a number, ` +
        `or ${WRITE_POINTS.join(', ')}, then ":" and one of ${STANDS.join(', ')}.`,
    );
  }
  const points = new ProcessPoints(name, Number(which), die);
  return {
    processes: (real) => points.processes(real),
    records: (real) => points.records(real),
    store: (real) => dyingStore(real, name, which, die),
  };
}

const among = (list: readonly string[], word: string): boolean => list.includes(word);

/** Dies around the start of a process, the record of its identity (the first one written after it), its freezing and thawing. */
class ProcessPoints {
  #left: number;
  #unrecorded = false;

  constructor(
    private readonly name: string,
    count: number,
    private readonly die: () => void,
  ) {
    this.#left = count;
  }

  processes(real: Processes): Processes {
    return {
      find: (...asked) => real.find(...asked),
      strays: (...asked) => real.strays(...asked),
      endOf: (...asked) => real.endOf(...asked),
      adopt: (...asked) => real.adopt(...asked),
      signal: (...asked) => real.signal(...asked),
      freeze: async (...asked) => {
        this.#pass('freeze.before');
        const why = await real.freeze(...asked);
        if (why === undefined) this.#pass('freeze.after');
        return why;
      },
      thaw: (...asked) => {
        this.#pass('thaw.before');
        real.thaw(...asked);
        this.#pass('thaw.after');
      },
      killTree: (...asked) => real.killTree(...asked),
      ownsConnection: (...asked) => real.ownsConnection(...asked),
      owns: (...asked) => real.owns(...asked),
      spawn: (request) => {
        this.#pass('spawn.before');
        const running = real.spawn(request);
        this.#unrecorded = true;
        this.#pass('spawn.before-record');
        return running;
      },
    };
  }

  records(real: RecordStore): RecordStore {
    return {
      load: () => real.load(),
      remove: (key) => real.remove(key),
      write: (key, record) => {
        real.write(key, record);
        if (this.#unrecorded) this.#pass('spawn.after-record');
        this.#unrecorded = false;
      },
    };
  }

  #pass(point: (typeof PROCESS_POINTS)[number]): void {
    if (point === this.name && --this.#left === 0) this.die();
  }
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
