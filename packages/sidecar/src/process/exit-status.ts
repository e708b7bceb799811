/** How processes end, as the kernel writes it (wait(2)), and how one that is no child of ours has ended. */
import { constants } from 'node:os';
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { waitStatusOf } from './libc/processes.js';
import { readExitCode } from './process-stat.js';

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals)
    // Older names of the same number come first.
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** From the status that wait(2) gives. */
export function exitStatusFrom(wait: number): ExitStatus {
  const signal = wait & 0x7f;
  if (signal === 0) return { kind: 'code', code: (wait >> 8) & 0xff };
  return { kind: 'signal', signal: NAMES.get(signal) ?? `signal ${signal}` };
}

/**
 * Of a process that somebody else waits for, or has waited for. Its descriptor tells on Linux 6.15 and later; before
 * that only one that nobody has waited for yet can be asked. Else unknown, and never a guess.
 */
export function exitStatusOfStranger(identity: ProcessIdentity, processFd: number | undefined): ExitStatus {
  const told = processFd === undefined ? undefined : waitStatusOf(processFd);
  const wait = told ?? readExitCode(identity);
  return wait === undefined ? { kind: 'unknown' } : exitStatusFrom(wait);
}
