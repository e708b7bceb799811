/**
 * A small process beside `coordinator dev`. It holds the folder, so that no second fleet uses it, and ends the whole
 * fleet when whoever started it is gone without a word, by SIGKILL too. Knows pids alone; asks nobody for anything.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { layoutOf } from './layout.js';
import { killLeftovers } from './leftovers.js';

/** What the guard is told, one word or number a line: a daemon's pid, or that all of it has ended in order. */
export const ALL_ENDED = 'ended';
/** What it says once the folder is its own. */
export const HOLDS = 'holds';
/** Its exit code where another guard has the folder. */
export const TAKEN = 4;

const GRACE_MS = 5_000;
const LOOK_MS = 20;

/** By pid: when the process began, so that no other with the same number is ever hit. */
const daemons = new Map<number, string>();

function guard(folder: string, isPrivate: boolean): void {
  let isOver = false;
  // In Linux's abstract names: the system itself lets go of it when this process ends, however it ends.
  const name = createHash('sha256').update(folder).digest('hex');
  const lock = createServer((socket) => socket.destroy());
  lock.once('error', () => process.exit(TAKEN));
  lock.listen(`\0outrider-dev-${process.getuid?.() ?? 0}-${name}`, () => process.stdout.write(`${HOLDS}\n`));
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line === ALL_ENDED) isOver = true;
    const began = beginOf(Number(line));
    if (began !== undefined) daemons.set(Number(line), began);
  });
  lines.on('close', () => {
    void (isOver ? Promise.resolve() : endAll(folder, isPrivate)).finally(() => process.exit(0));
  });
}

async function endAll(folder: string, isPrivate: boolean): Promise<void> {
  const all = [...daemons.keys()];
  // Redis is the first of them, and ends last: the others tell it where they stand.
  await end(all.slice(1));
  await killLeftovers(layoutOf(folder, ''));
  await end(all.slice(0, 1));
  if (isPrivate) rmSync(folder, { recursive: true, force: true });
}

async function end(pids: readonly number[]): Promise<void> {
  for (const pid of pids) signal(pid, 'SIGTERM');
  const until = performance.now() + GRACE_MS;
  while (pids.some(isThere) && performance.now() < until) await pause(LOOK_MS);
  for (const pid of pids) signal(pid, 'SIGKILL');
  while (pids.some(isThere) && performance.now() < until + GRACE_MS) await pause(LOOK_MS);
}

const isThere = (pid: number): boolean => beginOf(pid) === daemons.get(pid);

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    if (isThere(pid)) process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}

/** In ticks since boot; undefined: it has ended. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return /^[ZX]/.test(fields[0] ?? 'Z') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

const [, program, folder, isPrivate] = process.argv;
if (program !== undefined && /[/\\]guard\.js$/.test(program) && folder !== undefined) {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  guard(folder, isPrivate === 'private');
}
