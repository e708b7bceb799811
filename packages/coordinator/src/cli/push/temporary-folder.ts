/** A folder of this process alone that is gone when it ends, also by Ctrl-C; what a killed one has left goes at the next. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { whyUnreadable } from '@outrider/shared/runtime/unreadable.js';

const PREFIX = 'outrider-push-';
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export async function withTemporaryFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  clearLeftBehind(entriesOf(tmpdir()));
  let folder: string | undefined;
  const remove = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const end = (signal: NodeJS.Signals): void => {
    remove();
    stopListening();
    process.kill(process.pid, signal);
  };
  const stopListening = (): void => ENDINGS.forEach((signal) => void process.off(signal, end));
  ENDINGS.forEach((signal) => void process.on(signal, end));
  process.on('exit', remove);
  try {
    // Listened for before it is there: a signal in between would leave it behind.
    folder = made();
    return await act(folder);
  } finally {
    stopListening();
    process.off('exit', remove);
    remove();
  }
}

const NO_PLACE = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'it is no folder',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'it is full',
  EDQUOT: 'it is full',
};

function made(): string {
  try {
    // Mode 0700.
    return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  } catch (error) {
    throw new OutriderError(
      'invalid',
      `Cannot unpack in ${shownName(tmpdir())}: ${whyUnreadable(error, NO_PLACE)}. Set TMPDIR to a folder that is there and may be written.`,
      { cause: error },
    );
  }
}

/** None of a folder that can't be read: whether one can be made in it is told by making it. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function clearLeftBehind(names: readonly string[]): void {
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const pid = Number(/^\d+/.exec(name.slice(PREFIX.length))?.[0] ?? NaN);
    const path = join(tmpdir(), name);
    const isMine = statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.();
    if (isMine && Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid)) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
