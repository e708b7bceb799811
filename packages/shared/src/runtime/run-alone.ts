/**
 * Runs a program in a session of its own until it ends, or is cut short; keeps the beginning of what it prints, and kills
 * what it leaves behind. No shell runs.
 */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { excerpt } from './excerpt.js';

const MOST_OUTPUT_BYTES = 4_096;
/** For output that is still in the pipe when the program has ended. */
const LAST_WORDS_MS = 100;

export type RunEnd =
  | { readonly started: false; readonly error: unknown }
  | { readonly started: true; readonly code: number | null; readonly signal: string | null; readonly said: string };

/** Never rejects. `onOver` is given what cuts the program short; what it returns is called at the end. */
export async function runAlone(
  [program, ...args]: readonly [string, ...string[]],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'uid' | 'gid'>,
  onOver: (stop: () => void) => () => void,
): Promise<RunEnd> {
  let child: ChildProcess;
  try {
    child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return { started: false, error };
  }
  const output = collect(child);
  const stop = (): void => killSession(child.pid);
  const forget = onOver(stop);
  try {
    return await ended(child, output);
  } finally {
    forget();
    stop();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function ended(child: ChildProcess, output: () => string): Promise<RunEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ started: false, error }));
    child.once('exit', (code, signal) => {
      const done = (): void => resolve({ started: true, code, signal, said: output() });
      // A program left behind may hold the pipe for ever: `close` is not waited for long.
      const timer = setTimeout(done, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(timer);
        done();
      });
    });
  });
}

function collect(child: ChildProcess): () => string {
  const kept: Buffer[] = [];
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('error', () => undefined);
    // Reads on when it has enough, or the program would block.
    stream?.on('data', (chunk: Buffer) => {
      if (bytes >= MOST_OUTPUT_BYTES) return;
      kept.push(chunk.subarray(0, MOST_OUTPUT_BYTES - bytes));
      bytes += chunk.length;
    });
  }
  return () => excerpt(Buffer.concat(kept).toString('utf8'));
}

/** Its process group, whose number is that of the first process. */
function killSession(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
