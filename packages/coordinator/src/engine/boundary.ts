/** The moments between which a leader may die; tests make it die there. */
export const BOUNDARIES = [
  'commit.before',
  'commit.after',
  'perform.before',
  'perform.after',
  'ack.before',
  'ack.after',
] as const;
/** Around each question about a hook; passed only where there are some. */
export const HOOK_BOUNDARIES = ['hook.before', 'hook.after'] as const;
const ALL: readonly string[] = [...BOUNDARIES, ...HOOK_BOUNDARIES];
export type BoundaryName = (typeof BOUNDARIES | typeof HOOK_BOUNDARIES)[number];

/** Called at each of those moments, and waited for. */
export type Boundary = (name: BoundaryName) => void | Promise<void>;

export const noBoundary: Boundary = () => undefined;

/**
 * Calls `die` at the n-th passing of a boundary, as `commit.after:3` says it (`:1` where no number is
 * given). Throws an `Error` on any other text: it comes from tests alone.
 */
export function crashAt(text: string, die: () => void): Boundary {
  const [name, count = '1'] = text.split(':');
  if (!ALL.includes(name ?? '') || !/^[1-9]\d*$/.test(count)) {
    throw new Error(`"${text}" names no boundary: one of ${ALL.join(', ')}, then ":" and a number.`);
  }
  let left = Number(count);
  return (passed) => {
    if (passed === name && --left === 0) die();
  };
}

/**
 * For tests of whole processes: with OUTRIDER_TESTING=1, OUTRIDER_CRASH_AT=`commit.after:3` kills this process
 * there, as a power cut would, and OUTRIDER_STOP_AT stops it in its tracks until somebody lets it go on. Anything
 * else: no boundary does anything.
 */
export function boundaryForTests(env: Readonly<Record<string, string | undefined>>): Boundary {
  if (env['OUTRIDER_TESTING'] !== '1') return noBoundary;
  const { OUTRIDER_CRASH_AT: crash = '', OUTRIDER_STOP_AT: stop = '' } = env;
  if (crash !== '') return killedAt(crash);
  return stop === '' ? noBoundary : crashAt(stop, () => process.kill(process.pid, 'SIGSTOP'));
}

function killedAt(text: string): Boundary {
  const killed = new Promise<never>(() => undefined);
  let dying = false;
  const passing = crashAt(text, () => {
    dying = true;
    process.kill(process.pid, 'SIGKILL');
  });
  return async (name) => {
    await passing(name);
    if (dying) await killed;
  };
}
