/**
 * Follows a log line by line, over all that happens to it: its head is freed, it gets another name, somebody cuts it.
 * Whoever is far behind is taken to the newest and told how much was left out. Holds one chunk in memory.
 */
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { LogLook } from '../supervise/ports.js';
import { FollowedLog } from './followed-log.js';
import type { LogLedger } from './log-ledger.js';
import { LogPace } from './log-pace.js';

const POLL_MS = 100;

/** What `look` asks for, then each new line as soon as it has ended, until `signal` is aborted. The file may come later. */
export async function* followLog(
  ledger: LogLedger,
  path: string,
  look: LogLook,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pace = new LogPace(() => systemClock.monotonic());
  let file = await FollowedLog.open(ledger, path, look);
  try {
    if (file !== undefined) yield* file.first();
    for (;;) {
      if (file !== undefined) yield* linesOf(file, pace, signal);
      if (signal.aborted || !(await pause(POLL_MS, signal))) return;
      if (file !== undefined && !isReplaced(file, path)) continue;
      const next = await FollowedLog.open(ledger, path, undefined);
      if (next === undefined) continue;
      const old = file;
      file = next;
      if (old === undefined) continue;
      // What was written to the old file before it was put aside.
      try {
        yield* linesOf(old, pace, signal);
      } finally {
        await old.close();
      }
    }
  } finally {
    await file?.close();
  }
}

/** Up to the end of the file. */
async function* linesOf(file: FollowedLog, pace: LogPace, signal: AbortSignal): AsyncGenerator<string> {
  for (;;) {
    const most = pace.left;
    if (most <= 0) {
      if (!(await pause(pace.waitMs, signal))) return;
      yield* await file.catchUp();
      continue;
    }
    const read = await file.read(most);
    if (read === undefined) return;
    for (const line of read.lines) {
      if (signal.aborted) return;
      yield line;
    }
    pace.took(read.lines.length, read.bytes);
  }
}

/** Whether the name stands for another file by now. While it stands for none, this one is still followed. */
function isReplaced(file: FollowedLog, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  return now !== undefined && !file.is(now);
}

/** False once it was called off. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
