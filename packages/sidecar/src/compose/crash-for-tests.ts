/**
 * For tests of whole processes: with OUTRIDER_TESTING=1, OUTRIDER_CRASH_AT=`spawn.before-record:2` kills this process
 * there at the second passing, as a power cut would. Anything else: nothing is wrapped and nothing changes.
 */
import type { DurableStore, Processes } from '../supervise/ports.js';

export const CRASH_POINTS = [
  'spawn.before-record',
  'spawn.after-record',
  'state.write.before',
  'state.write.after',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

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
  const [name, count = '1'] = text.split(':');
  if (!(CRASH_POINTS as readonly (string | undefined)[]).includes(name) || !/^[1-9]\d*$/.test(count)) {
    throw new Error(`"${text}" names no crash point: one of ${CRASH_POINTS.join(', ')}, then ":" and a number.`);
  }
  let left = Number(count);
  const pass = (point: CrashPoint): void => {
    if (point === name && --left === 0) die();
  };
  return {
    processes: (real) => ({
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
    }),
    store: (real) => ({
      load: () => real.load(),
      write: (state) => {
        pass('state.write.before');
        real.write(state);
        pass('state.write.after');
      },
    }),
  };
}
