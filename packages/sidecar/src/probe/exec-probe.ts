/** Asks by running a program in the agent's environment, in a session of its own; what it leaves behind is killed. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { excerpt, failed, ok, proberError } from './answer.js';
import type { Deadline } from './deadline.js';

const MOST_OUTPUT_BYTES = 4096;
/** For output that is still in the pipe when the program has ended. */
const LAST_WORDS_MS = 100;
/** The machine's trouble, not the program's. */
const EXHAUSTED = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

export async function askExec(command: readonly string[], target: ProbeTarget, deadline: Deadline): Promise<Answer> {
  const [program, ...args] = command;
  if (program === undefined) return failed('The command is empty.');
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: target.cwd,
      env: { ...target.env },
      ...(target.user === undefined ? {} : { uid: target.user.uid, gid: target.user.gid }),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return notStarted(program, error);
  }
  const output = collect(child);
  const stop = (): void => killSession(child.pid);
  const forget = deadline.onOver(stop);
  try {
    return await new Promise<Answer>((resolve) => {
      child.once('error', (error) => resolve(notStarted(program, error)));
      child.once('exit', (code, signal) => {
        const done = (): void => resolve(judge(program, code, signal, output()));
        // A program left behind may hold the pipe for ever: `close` is not waited for long.
        const timer = setTimeout(done, LAST_WORDS_MS);
        child.once('close', () => {
          clearTimeout(timer);
          done();
        });
      });
    });
  } finally {
    forget();
    stop();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
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

function judge(program: string, code: number | null, signal: string | null, said: string): Answer {
  if (code === 0) return ok(said === '' ? `${program} ended with 0` : said);
  const end = signal === null ? `ended with ${code ?? 'no code'}` : `was ended by ${signal}`;
  return failed(`${program} ${end}${said === '' ? '' : `: ${said}`}`);
}

function notStarted(program: string, error: unknown): Answer {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const detail = `Cannot run ${program}: ${messageOf(error)}.`;
  return EXHAUSTED.has(code) ? proberError(detail) : failed(detail);
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
