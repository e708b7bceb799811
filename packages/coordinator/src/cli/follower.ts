/** Reads a stream to its end; while following, again after each loss of the coordinator, until Ctrl-C or --timeout. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { CallOptions } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { isAway, withCoordinator } from './connection.js';
import { type Globals, QUESTION_MS } from './globals.js';
import { note } from './output.js';

const TRY_AGAIN_MS = 500;
/** What a shell adds to the number of a signal. */
const SIGNALLED = 128;

/** `again`: an earlier attempt had been answered. */
export type ReadStream = (remote: CoordinatorRemote, limits: CallOptions, again: boolean) => Promise<void>;

export async function follower(globals: Globals, follow: boolean, read: ReadStream): Promise<void> {
  if (!follow) {
    const limits = { timeoutMs: globals.timeoutMs ?? QUESTION_MS };
    return withCoordinator(globals, (remote) => read(remote, limits, false));
  }
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  // As a program that the signal has ended: a shell that runs several then stops as well.
  const interrupted = (_signal: NodeJS.Signals, number: number): void => {
    process.exitCode = SIGNALLED + number;
    leave();
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const timer = globals.timeoutMs === undefined ? undefined : setTimeout(leave, globals.timeoutMs);
  try {
    await followOn(globals, read, leaving.signal);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

async function followOn(globals: Globals, read: ReadStream, signal: AbortSignal): Promise<void> {
  const link = { answered: false, lost: false };
  while (!signal.aborted) {
    try {
      // A stream says nothing while nothing happens, so a question shows that somebody is there.
      await withCoordinator(globals, (remote) => remote.Status({}, { timeoutMs: QUESTION_MS, signal }));
      const again = link.answered;
      if (link.lost) note('The coordinator is back.');
      link.answered = true;
      link.lost = false;
      await withCoordinator(globals, (remote) => read(remote, { signal }, again));
      throw new OutriderError('unavailable', 'The coordinator has ended the answer.');
    } catch (error) {
      if (!link.answered || !isAway(error)) throw error;
      if (!link.lost && !isOver(signal)) note('The coordinator does not answer; it is asked again.');
      link.lost = true;
    }
    await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;
