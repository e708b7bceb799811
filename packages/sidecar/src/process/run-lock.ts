/**
 * One sidecar for each run_dir and each data_dir: two would start every agent twice. The kernel frees the lock, however
 * we end; and not before what we have forked has executed its program, so that whoever has it next finds all that was
 * started.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import { tryLock } from './libc/descriptors.js';

/** A sidecar that was killed may have left a child on its way, or end this very moment. */
const PATIENCE_MS = 2_000;
const AGAIN_MS = 20;

/** Resolves with a function that frees it. @throws OutriderError('refused') where another sidecar keeps it. */
export async function lockFolders(runDir: string, dataDir: string): Promise<() => void> {
  const unlock = await lock('run_dir', runDir, 'lock');
  try {
    const unlockData = await lock('data_dir', dataDir, 'sidecar.lock');
    return () => {
      unlockData();
      unlock();
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function lock(what: 'run_dir' | 'data_dir', folder: string, file: string): Promise<() => void> {
  const path = join(folder, file);
  let fd: number;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    fd = openSync(path, 'a+', 0o600);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot use the ${what} ${folder}: ${reasonOf(error)}`, { cause: error });
  }
  const deadline = performance.now() + PATIENCE_MS;
  let locked = tryLock(fd);
  while (!locked && performance.now() < deadline) {
    await pause(AGAIN_MS);
    locked = tryLock(fd);
  }
  if (!locked) {
    closeSync(fd);
    const pid = readFileSync(path, 'utf8').trim();
    throw new OutriderError(
      'refused',
      `A sidecar${pid === '' ? '' : ` (pid ${pid})`} runs with ${what} ${folder} already. Stop it first, or choose another ${what}.`,
    );
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return () => closeSync(fd);
}
