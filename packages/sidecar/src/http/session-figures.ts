/** What the processes of each session use: each instance leads a session of its own. One pass over /proc for all. */
import { readdirSync, readFileSync } from 'node:fs';
import { statFields } from '@outrider/shared/runtime/proc-stat.js';

export interface SessionFigures {
  readonly memoryBytes: number;
  /** Of its processes and of the children that they have waited for. */
  readonly cpuSeconds: number;
}

const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;
const FRESH_MS = 1_000;

/** By the pid of the session's leader. Asked again within `freshMs`, the same is given again. */
export function sessionFigures(monotonic: () => number, freshMs = FRESH_MS): () => ReadonlyMap<number, SessionFigures> {
  let seen: { readonly at: number; readonly figures: ReadonlyMap<number, SessionFigures> } | undefined;
  return () => {
    const now = monotonic();
    if (seen === undefined || now - seen.at > freshMs) seen = { at: now, figures: look() };
    return seen.figures;
  };
}

function look(): Map<number, SessionFigures> {
  const figures = new Map<number, SessionFigures>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const one = readOne(name);
    if (one === undefined) continue;
    const before = figures.get(one.session);
    figures.set(one.session, {
      memoryBytes: (before?.memoryBytes ?? 0) + one.memoryBytes,
      cpuSeconds: (before?.cpuSeconds ?? 0) + one.cpuSeconds,
    });
  }
  return figures;
}

function readOne(pid: string): (SessionFigures & { readonly session: number }) | undefined {
  try {
    const fieldOf = statFields(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (fieldOf === undefined) return undefined;
    const field = (number: number): number => Number(fieldOf(number) ?? 0);
    return {
      session: field(6),
      memoryBytes: field(24) * PAGE_BYTES,
      cpuSeconds: (field(14) + field(15) + field(16) + field(17)) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined; // it ended this very moment
  }
}
