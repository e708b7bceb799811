/** One sidecar for each run_dir: two would start every agent twice. The kernel frees the lock, however we end. */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { tryLock } from './libc/descriptors.js';

/** Returns a function that frees it. @throws OutriderError('refused') where another sidecar has it. */
export function lockRunDir(runDir: string): () => void {
  const path = join(runDir, 'lock');
  let fd: number;
  try {
    mkdirSync(runDir, { recursive: true, mode: 0o755 });
    fd = openSync(path, 'a+', 0o600);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot use the run_dir ${runDir}: ${messageOf(error)}.`, { cause: error });
  }
  if (!tryLock(fd)) {
    closeSync(fd);
    const pid = readFileSync(path, 'utf8').trim();
    throw new OutriderError(
      'refused',
      `A sidecar${pid === '' ? '' : ` (pid ${pid})`} runs with run_dir ${runDir} already. Stop it first, or choose another run_dir.`,
    );
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
  return () => closeSync(fd);
}
