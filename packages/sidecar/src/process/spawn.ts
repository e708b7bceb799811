/**
 * Starts a program as a process of its own: session, log, environment, sockets, limits, rights. Nothing stands between
 * it and the program where nothing has to be set first. Never waits, never watches health.
 */
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { constants as system } from 'node:os';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import type { RunningProcess, SpawnRequest } from '../supervise/ports.js';
import type { ProcessIdentity } from '../agent/identity.js';
import { endOfChild, expectChildren } from './children.js';
import { spawnProgramFile } from './libc/spawn.js';
import { identityOf } from './process-stat.js';
import { findProgram, problemOfProgram } from './program.js';
import { type Preparation, prepared } from './wrapper.js';

const { errno: errnos } = system;
const SHELL = '/bin/sh';
const LOG_MODE = 0o640;

/**
 * @throws OutriderError('invalid') where folder, program or log can't be used; 'unavailable' where the machine is out
 * of something. Nothing runs then.
 */
export function spawnProgram(request: SpawnRequest, preparation: Preparation): RunningProcess {
  const [program] = request.command;
  if (program === undefined || program === '') throw new OutriderError('invalid', 'The command is empty.');
  checkFolder(request.cwd);
  const log = openLog(request.logFile);
  try {
    return start(request, program, preparation, log);
  } finally {
    closeSync(log);
  }
}

function start(request: SpawnRequest, program: string, preparation: Preparation, log: number): RunningProcess {
  const { command, env } = prepared(request, preparation);
  // Behind a wrapper a program that can't be executed would only be seen to end.
  if (command !== request.command) checkProgram(request, program);
  expectChildren();
  const made = execute(command, env, request, log);
  if ('errno' in made) {
    checkProgram(request, program);
    throw cannotStart(program, made.errno);
  }
  const ended = endOfChild(made.pid);
  return { identity: provenOrEnded(made.pid), ended };
}

/** What runs and can't be proven later must not run. */
function provenOrEnded(pid: number): ProcessIdentity {
  try {
    const identity = identityOf(pid);
    if (identity !== undefined) return identity;
    throw new OutriderError('internal', `Process ${pid} has no entry in /proc.`);
  } catch (error) {
    // A child that nobody has waited for: the number can be nobody else's.
    process.kill(-pid, 'SIGKILL');
    throw error;
  }
}

function execute(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { cwd, sockets }: SpawnRequest,
  output: number,
): ReturnType<typeof spawnProgramFile> {
  const path = findProgram(argv[0] ?? '', env['PATH'], cwd);
  if (path === undefined) return { errno: errnos.ENOENT };
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const common = { environment, cwd, output, passed: sockets.map(({ fd }) => fd) };
  const made = spawnProgramFile({ ...common, path, argv });
  // A script that does not name its interpreter is a shell's, as execvp(3) has it.
  const isScript = 'errno' in made && made.errno === errnos.ENOEXEC;
  return isScript ? spawnProgramFile({ ...common, path: SHELL, argv: [SHELL, path, ...argv.slice(1)] }) : made;
}

function checkProgram({ env, cwd }: SpawnRequest, program: string): void {
  const problem = problemOfProgram(program, env['PATH'], cwd);
  if (problem !== undefined) throw new OutriderError('invalid', `Cannot start ${program}: ${problem}`);
}

function checkFolder(cwd: string): void {
  try {
    if (!statSync(cwd).isDirectory()) throw new OutriderError('invalid', `The working folder ${cwd} is no folder.`);
    accessSync(cwd, constants.X_OK);
  } catch (error) {
    if (error instanceof OutriderError) throw error;
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `can't be used: ${messageOf(error)}`;
    throw new OutriderError('invalid', `The working folder ${cwd} ${why}.`, { cause: error });
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a', LOG_MODE);
  } catch {
    // The first of its folder, or one that can't be written.
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return openSync(path, 'a', LOG_MODE);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot write the log file ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  E2BIG:
    'Its arguments and variables are too many or too long: together they may have a quarter of the limit of its stack ' +
    '(`ulimit -s`; 2 MiB as a rule), each 128 KiB. Put what is long into files.',
  EMFILE: 'The sidecar is out of file descriptors: raise LimitNOFILE= of its unit.',
  ENFILE: 'The machine is out of file descriptors: raise fs.file-max with sysctl.',
  EAGAIN: 'Its user or its control group may have no more processes: raise TasksMax= of its unit, or `ulimit -u`.',
  ENOMEM: 'The machine is out of memory.',
};

function cannotStart(program: string, errno: number): OutriderError {
  const [code = `error ${errno}`, meaning = 'no process could be made'] = getSystemErrorMap().get(-errno) ?? [];
  const advice = ADVICE[code] ?? 'The machine may be out of processes, descriptors or memory; raise its limits.';
  return new OutriderError('unavailable', `Cannot start ${program}: ${meaning} (${code}). ${advice}`);
}
