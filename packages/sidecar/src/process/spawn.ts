/**
 * Starts a program as a process of its own: session, log, environment, sockets, limits, rights. Nothing stands between
 * it and the program where nothing has to be set first. Never waits, never watches health.
 */
import { spawn as spawnChild } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import type { ExitStatus } from '../agent/identity.js';
import type { RunningProcess, SpawnRequest } from '../supervise/ports.js';
import { identityOf } from './process-stat.js';
import { problemOfProgram } from './program.js';
import { type Preparation, prepared } from './wrapper.js';

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
  const [file = program, ...args] = command;
  let child: ChildProcess;
  try {
    child = spawnChild(file, args, {
      cwd: request.cwd,
      env,
      detached: true,
      stdio: ['ignore', log, log, ...request.sockets.map((socket) => socket.fd)],
    });
  } catch (error) {
    throw cannotStart(program, messageOf(error));
  }
  // Why there is no process is told in a later turn, without a sentence: it is found out below.
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) {
    checkProgram(request, program);
    throw cannotStart(program, 'no process could be made');
  }
  const ended = endOf(child);
  const identity = identityOf(child.pid);
  if (identity === undefined) throw new OutriderError('internal', `Process ${child.pid} has no entry in /proc.`);
  return { identity, ended };
}

const endOf = (child: ChildProcess): Promise<ExitStatus> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (signal !== null) resolve({ kind: 'signal', signal });
      else resolve({ kind: 'code', code: code ?? 0 });
    });
  });

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
    throw new OutriderError('invalid', `Cannot write the log file ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

function cannotStart(program: string, why: string): OutriderError {
  const advice = 'The machine may be out of processes, descriptors or memory; raise its limits.';
  return new OutriderError('unavailable', `Cannot start ${program}: ${why}. ${advice}`);
}
