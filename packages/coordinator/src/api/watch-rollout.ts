/**
 * Owns what a watcher of a rollout sees: each of its events once, from the first, and its record at the end.
 * Outlives moments without Redis; never ends before the rollout has.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { hasEnded, type Rollout } from '@outrider/shared/domain/rollout.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { merge } from './merge.js';
import type { EventLog, Rollouts } from './ports.js';

/** More than any rollout has. */
const ALL_EVENTS = 100_000;
const LOOK_AGAIN_MS = 1_000;
const TRY_AGAIN_MS = 250;

export type Update = { readonly event: OutriderEvent } | { readonly record: Rollout };

export async function* watchRollout(
  { rollouts, events }: { readonly rollouts: Rollouts; readonly events: EventLog },
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Update> {
  const own = new AbortController();
  const both = AbortSignal.any([signal, own.signal]);
  const seen = new Set<string>();
  const unseen = (list: readonly OutriderEvent[]): OutriderEvent[] =>
    list.filter((event) => !seen.has(event.id) && seen.add(event.id));
  try {
    for await (const update of merge<Update>([followed(events, id, both), records(rollouts, id, both)])) {
      if ('event' in update) {
        for (const event of unseen([update.event])) yield { event };
      } else if (hasEnded(update.record.phase)) {
        // The last event is stored with the record, so it is there by now.
        const rest = await persist(() => events.last(ALL_EVENTS, id), both);
        for (const event of unseen(rest ?? [])) yield { event };
        yield update;
        return;
      } else yield update;
    }
  } finally {
    own.abort();
  }
}

async function* followed(events: EventLog, id: string, signal: AbortSignal): AsyncGenerator<Update> {
  while (!signal.aborted) {
    try {
      for await (const event of events.follow(ALL_EVENTS, id, signal)) yield { event };
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await sleep(TRY_AGAIN_MS, signal);
  }
}

/** The record at once and after each change. */
async function* records(rollouts: Rollouts, id: string, signal: AbortSignal): AsyncGenerator<Update> {
  let last = '';
  while (!signal.aborted) {
    const record = await persist(() => rollouts.get(id, ''), signal);
    if (record !== undefined && JSON.stringify(record) !== last) {
      last = JSON.stringify(record);
      yield { record };
    }
    await sleep(LOOK_AGAIN_MS, signal);
  }
}

/** Asks until there is an answer; undefined once `signal` is given. */
async function persist<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(TRY_AGAIN_MS, signal);
    }
  }
  return undefined;
}

/** Redis away, in our words or in those of its client. */
const isPassing = (error: unknown): boolean =>
  error instanceof OutriderError
    ? error.code === 'unavailable' || error.code === 'timeout'
    : /ECONN|EPIPE|ETIMEDOUT|closed|Stream isn't writeable|max retries|LOADING|READONLY/i.test(messageOf(error));

const sleep = (ms: number, signal: AbortSignal): Promise<unknown> =>
  pause(ms, undefined, { signal }).catch(() => undefined);
