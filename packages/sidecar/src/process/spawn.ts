/**
 * Starts a program so that no kill of the sidecar can lose or double it: the child waits at a gate until its
 * identity is recorded, and ends by itself when the gate closes instead. Never waits, never watches health.
 */
import { spawn as spawnChild } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import type { ExitStatus } from '../agent/identity.js';
import type { RunningProcess, SpawnRequest } from '../supervise/ports.js';
import { identityOf } from './process-stat.js';

/**
 * Descriptor 0 is the gate: a line opens it, end of file (the sidecar is dead) makes the child exit. `exec` keeps
 * the pid, so that LISTEN_PID and the recorded identity are the program's own.
 */
const GATE = 'IFS= read -r OUTRIDER_GATE || exit 125; unset OUTRIDER_GATE; exec </dev/null; ';
const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const LOG_MODE = 0o640;

/** @throws OutriderError('invalid') where folder, program or log can't be used; 'unavailable' where the machine is out of something. */
export function spawnGated(request: SpawnRequest): RunningProcess {
  const [program] = request.command;
  if (program === undefined || program === '') throw new OutriderError('invalid', 'The command is empty.');
  checkFolder(request.cwd);
  const log = openLog(request.logFile);
  try {
    return start(request, program, log);
  } finally {
    closeSync(log);
  }
}

function start(request: SpawnRequest, program: string, log: number): RunningProcess {
  const { words, env } = commandLine(request);
  let child: ChildProcess;
  try {
    child = spawnChild('/bin/sh', words, {
      cwd: request.cwd,
      env,
      detached: true,
      stdio: ['pipe', log, log, ...request.sockets.map((socket) => socket.fd)],
    });
  } catch (error) {
    throw cannotStart(program, error);
  }
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));
  // The child is gone before the gate opened: its end is told by `ended`.
  child.stdin?.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw cannotStart(program, failure ?? new Error('no process could be made'));
  const ended = endOf(child);
  const identity = identityOf(child.pid);
  try {
    if (identity === undefined) throw new OutriderError('internal', `Process ${child.pid} has no entry in /proc.`);
    request.record(identity);
  } catch (error) {
    child.stdin?.destroy();
    throw error;
  }
  child.stdin?.end('go\n');
  return { identity, ended };
}

function commandLine(request: SpawnRequest): { words: string[]; env: Record<string, string> } {
  const { sockets } = request;
  const handedOver =
    sockets.length === 0
      ? {}
      : {
          LISTEN_FDS: String(sockets.length),
          LISTEN_FDNAMES: sockets.map((socket) => socket.name.replaceAll(':', '_')).join(':'),
        };
  const variables = Object.entries({ ...request.env, ...handedOver });
  // A shell drops variables it could not name itself; `env` hands them on.
  const odd = variables.filter(([name]) => !SHELL_NAME.test(name)).map(([name, value]) => `${name}=${value}`);
  const script = `${GATE}${sockets.length === 0 ? '' : 'export LISTEN_PID=$$; '}exec "$@"`;
  return {
    words: ['-c', script, 'outrider', ...(odd.length === 0 ? [] : ['/usr/bin/env', ...odd]), ...request.command],
    env: Object.fromEntries(variables.filter(([name]) => SHELL_NAME.test(name))),
  };
}

const endOf = (child: ChildProcess): Promise<ExitStatus> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (signal !== null) resolve({ kind: 'signal', signal });
      else resolve({ kind: 'code', code: code ?? 0 });
    });
  });

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
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    return openSync(path, 'a', LOG_MODE);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot write the log file ${path}: ${messageOf(error)}.`, { cause: error });
  }
}

function cannotStart(program: string, error: unknown): OutriderError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const exhausted = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code);
  const advice = exhausted
    ? 'The machine is out of processes, descriptors or memory; raise its limits.'
    : 'Check the command.';
  return new OutriderError(
    exhausted ? 'unavailable' : 'invalid',
    `Cannot start ${program}: ${messageOf(error)}. ${advice}`,
    {
      cause: error,
    },
  );
}
