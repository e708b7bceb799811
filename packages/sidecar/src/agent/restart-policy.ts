/** What follows an exit that nobody asked for: again at once, later, or not. Never looks at anything but its arguments. */
import { type Cause, causeKey, causeSentence, times } from './cause.js';
import type { History, Rules, Sequel } from './instance.js';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;
/** Ready this long without a break: what was before is forgotten. */
export const WELL_AFTER_MS = 60_000;
/** Exits of one cause until an agent counts as failed. */
export const EXITS_OF_ONE_CAUSE = 10;
/** Exits of a new version that was never ready until its switch has failed. */
export const EXITS_BEFORE_READY = 3;
/** A failed agent that should always run is tried again so often. */
export const RETRY_AFTER_MS = 300_000;
/** Delays differ by up to a fifth, so that agents that fell together do not rise together. */
const SPREAD = 0.2;

export interface Exit {
  readonly cause: Cause;
  /** How long it had been ready without a break; undefined where it was not ready. */
  readonly readyForMs?: number;
  /** 0 to 1. */
  readonly random: number;
}

export function afterExit(history: History, exit: Exit, rules: Rules): { history: History; sequel: Sequel } {
  const { cause } = exit;
  const well = exit.readyForMs !== undefined && exit.readyForMs >= WELL_AFTER_MS;
  if (isEnd(cause, rules)) return { history, sequel: { kind: 'end', cause } };
  const counted = count(well ? forgetRow(history) : history, causeKey(cause));
  return { history: counted, sequel: sequelOf(counted, exit, rules) };
}

/** A person's start, or time spent well, clears what counts against it. */
export const forgetRow = (history: History): History => ({
  ...history,
  exitsBeforeReady: 0,
  exitsInRow: 0,
  exitsByCause: {},
});

/** Of a process whose end nobody saw it can't be said that it failed; it alone decides only where nothing starts again. */
function isEnd(cause: Cause, { restart }: Rules): boolean {
  if (restart.kind === 'always') return false;
  return (cause.kind === 'code' && cause.code === 0) || (cause.kind === 'unknown' && restart.kind === 'no');
}

function count(history: History, key: string): History {
  return {
    ...history,
    faults: history.faults + 1,
    exitsBeforeReady: history.everReady ? history.exitsBeforeReady : history.exitsBeforeReady + 1,
    exitsInRow: history.exitsInRow + 1,
    exitsByCause: { ...history.exitsByCause, [key]: (history.exitsByCause[key] ?? 0) + 1 },
  };
}

function sequelOf(history: History, { cause, random }: Exit, { restart, strict }: Rules): Sequel {
  if (restart.kind === 'no') return { kind: 'fail', retry: false, cause };
  const bounded = restart.kind === 'on-failure' && restart.max !== undefined;
  if (bounded && history.exitsInRow > (restart.max ?? 0)) return { kind: 'fail', retry: false, cause };
  const tooMany = (history.exitsByCause[causeKey(cause)] ?? 0) >= EXITS_OF_ONE_CAUSE;
  if (tooMany || (strict && neverStarts(history, cause)))
    return { kind: 'fail', retry: restart.kind === 'always', cause };
  return { kind: 'again', delayMs: delayMs(history.exitsInRow, random), cause };
}

/** One start that took too long is proof enough: it had all the time it asked for. */
const neverStarts = (history: History, cause: Cause): boolean =>
  !history.everReady && (cause.kind === 'start-timeout' || history.exitsBeforeReady >= EXITS_BEFORE_READY);

/** At once after the first exit, then 100 ms doubling to 30 s. */
function delayMs(exitsInRow: number, random: number): number {
  if (exitsInRow <= 1) return 0;
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (exitsInRow - 2));
  return Math.min(LONGEST_DELAY_MS, Math.round(delay * (1 - SPREAD / 2 + SPREAD * random)));
}

/** Why it is not tried any more: the last cause, and how often it was seen. */
export function failureSentence(history: History, cause: Cause): string {
  const sentence = causeSentence(cause);
  const count = history.exitsByCause[causeKey(cause)] ?? 1;
  if ('detail' in cause) return count > 1 ? `${sentence} (${times(count)})` : sentence;
  if (history.everReady) return count > 1 ? `${sentence} ${times(count)}, never ready for a minute between` : sentence;
  if (count === history.exitsBeforeReady)
    return count > 1 ? `${sentence} ${times(count)} before it was ready` : sentence;
  return `${sentence}, and had ended ${times(history.exitsBeforeReady - 1)} before without being ready`;
}
