/** Asks by running a program in the agent's environment, in a session of its own; what it leaves behind is killed. */
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { runAlone } from '@outrider/shared/runtime/run-alone.js';
import type { ProbeTarget } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, ok, proberError } from './answer.js';
import type { Deadline } from './deadline.js';

/** The machine's trouble, not the program's. */
const EXHAUSTED = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

export async function askExec(command: readonly string[], target: ProbeTarget, deadline: Deadline): Promise<Answer> {
  const [program, ...args] = command;
  if (program === undefined) return failed('The command is empty.');
  const { cwd, env, user } = target;
  const place = { cwd, env: { ...env }, ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }) };
  const end = await runAlone([program, ...args], place, (stop) => deadline.onOver(stop));
  return end.started ? judge(program, end.code, end.signal, end.said) : notStarted(program, end.error);
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
