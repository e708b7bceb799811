/**
 * A gate that is a program on the coordinator: 0 is a pass, 1 a fail, 2 inconclusive, everything else an error. What it
 * prints is the reason. No shell runs; what it leaves behind is killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import type { GateOutcome, GateVerdict } from '@outrider/shared/domain/gate.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { excerpt } from '@outrider/shared/runtime/excerpt.js';
import type { GateOccasion } from '../engine/ports.js';

const MOST_OUTPUT_BYTES = 4_096;
/** For output that is still in the pipe when the program has ended. */
const LAST_WORDS_MS = 100;
const OUTCOMES: Readonly<Record<number, GateOutcome>> = { 0: 'pass', 1: 'fail', 2: 'inconclusive' };

/** Never rejects. */
export async function runGate(
  command: readonly string[],
  occasion: GateOccasion,
  signal: AbortSignal,
): Promise<GateVerdict> {
  const [program = '', ...args] = command;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: '/',
      env: environmentOf(occasion),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return { outcome: 'error', reason: `cannot run ${program}: ${messageOf(error)}` };
  }
  const output = collect(child);
  const stop = (): void => killSession(child.pid);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await ended(program, child, output, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function ended(program: string, child: ChildProcess, output: () => string, over: AbortSignal): Promise<GateVerdict> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ outcome: 'error', reason: `cannot run ${program}: ${messageOf(error)}` }));
    child.once('exit', (code, signal) => {
      const done = (): void => resolve(judge(program, code, signal, output(), over.aborted));
      // A program left behind may hold the pipe for ever: `close` is not waited for long.
      const timer = setTimeout(done, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(timer);
        done();
      });
    });
  });
}

function judge(program: string, code: number | null, signal: string | null, said: string, late: boolean): GateVerdict {
  const words = said === '' ? '' : `: ${said}`;
  if (late) return { outcome: 'error', reason: `${program} took too long${words}` };
  if (code === null) return { outcome: 'error', reason: `${program} was ended by ${signal ?? 'a signal'}${words}` };
  return { outcome: OUTCOMES[code] ?? 'error', reason: `${program} ended with ${code}${words}` };
}

/** Nothing of the coordinator's own environment but what programs need to be found. */
function environmentOf(occasion: GateOccasion): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env;
  return {
    ...{ PATH, HOME, LANG },
    OUTRIDER_GATE: occasion.gate,
    OUTRIDER_ROLLOUT: occasion.rollout,
    OUTRIDER_APP: occasion.app,
    OUTRIDER_VERSION: occasion.version,
    OUTRIDER_FROM: occasion.from ?? '',
    OUTRIDER_ENVIRONMENT: occasion.environment,
    OUTRIDER_TRIAL_HOSTS: occasion.hosts.join(','),
  };
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
