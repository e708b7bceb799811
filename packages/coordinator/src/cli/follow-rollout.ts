/**
 * Follows a rollout to its end, through restarts of the coordinator, and knows the exit code. Ctrl-C leaves:
 * the rollout lives in the coordinator and goes on.
 */
import { exitCodeOf, hasEnded } from '@outrider/shared/domain/rollout.js';
import { readEvent, readRollout } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { setTimeout as pause } from 'node:timers/promises';
import { isAway, withCoordinator } from './connection.js';
import type { Globals } from './globals.js';
import { note } from './output.js';
import { type Explained, rolloutView, type RolloutView } from './rollout-view.js';

const TRY_AGAIN_MS = 250;
/** What a shell says of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** Returns the exit code, of those in docs/operations.md. `id` empty: the latest rollout. */
export async function followRollout(globals: Globals, id: string): Promise<number> {
  const view = rolloutView(globals);
  const leaving = leaveOnInterrupt(id, view);
  const timer =
    globals.timeoutMs === undefined ? undefined : setTimeout(() => leaving.abort('timeout'), globals.timeoutMs);
  try {
    const record = await follow(globals, id, view, leaving.signal);
    if (record === undefined) {
      if (leaving.signal.reason !== 'timeout') return INTERRUPTED;
      throw new OutriderError('timeout', `The rollout has not ended in time; it goes on. ${howTo(id)}`);
    }
    view.end(record);
    return exitCodeOf(record);
  } finally {
    clearTimeout(timer);
    view.leave();
    leaving.done();
  }
}

/** The record at the end, or where it is on hold and needs a person; undefined: `signal` came first. */
async function follow(
  globals: Globals,
  id: string,
  view: RolloutView,
  signal: AbortSignal,
): Promise<Explained | undefined> {
  const seen = new Set<string>();
  const link = { isThere: true, wasThere: false };
  while (!signal.aborted) {
    try {
      return await withCoordinator(globals, async (remote) => {
        for await (const update of remote.WatchRollout({ rollout: id }, { signal })) {
          link.wasThere = true;
          if (!link.isThere) view.connection((link.isThere = true));
          const event = update.event === null ? undefined : readEvent(update.event);
          if (event !== undefined && !seen.has(event.id)) view.event(event);
          if (event !== undefined) seen.add(event.id);
          if (update.record === null) continue;
          const record = readRollout(update.record);
          if (hasEnded(record.phase) || record.holding !== undefined) return record;
          view.record(record);
        }
        throw new OutriderError('unavailable', 'The coordinator has ended the answer.');
      });
    } catch (error) {
      if (isOver(signal)) return undefined;
      if (!isAway(error) || (id === '' && !link.wasThere)) throw error;
      if (link.isThere) view.connection((link.isThere = false));
      await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

const isOver = (signal: AbortSignal): boolean => signal.aborted;

export const howTo = (id: string): string =>
  `Look on with \`coordinator rollout watch${id === '' ? '' : ` ${id}`}\`, take it back with \`coordinator rollout abort${id === '' ? '' : ` ${id}`}\`.`;

function leaveOnInterrupt(
  id: string,
  view: RolloutView,
): {
  readonly signal: AbortSignal;
  abort(reason: string): void;
  done(): void;
} {
  const controller = new AbortController();
  const leave = (): void => {
    // Before a word is said below: what is drawn anew would be drawn over it.
    view.leave();
    note(`The rollout goes on. ${howTo(id)}`);
    controller.abort('interrupted');
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    done: () => process.off('SIGINT', leave).off('SIGTERM', leave),
  };
}
