/** Reads /proc/PID/stat and proves that a pid is still the process it was. Never signals anything. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { statFields } from '@outrider/shared/runtime/proc-stat.js';
import type { ProcessIdentity } from '../agent/identity.js';
import { mayBeIn } from './cgroup.js';

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly startTicks: number;
  /** It has ended, and at most waits for its parent to ask how. */
  readonly dead: boolean;
}

/** Undefined where the text is no stat line. */
export function parseStat(text: string): ProcessStat | undefined {
  const fieldOf = statFields(text);
  if (fieldOf === undefined) return undefined;
  const field = (number: number): number => Number(fieldOf(number));
  const state = fieldOf(3) ?? '';
  const stat = {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    session: field(6),
    startTicks: field(22),
    // A main thread that ended before the others is shown as a zombie too, with the others counted.
    dead: state === 'X' || state === 'x' || (state === 'Z' && field(20) <= 1),
  };
  return Number.isSafeInteger(stat.pid) && Number.isSafeInteger(stat.startTicks) ? stat : undefined;
}

const buffer = Buffer.alloc(4096);

/** Undefined where there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readLine(pid);
  return text === undefined ? undefined : parseStat(text);
}

/** The wait status of a process that has ended and that nobody has waited for yet, where we may see it. */
export function readExitCode(identity: ProcessIdentity): number | undefined {
  const text = readLine(identity.pid);
  const stat = text === undefined ? undefined : parseStat(text);
  if (text === undefined || stat?.dead !== true || stat.startTicks !== identity.startTicks) return undefined;
  const wait = Number(statFields(text)?.(EXIT_CODE_FIELD));
  return Number.isSafeInteger(wait) && (wait !== 0 || mayTrace(identity.pid)) ? wait : undefined;
}

/** Of proc(5). It is 0 too for those who may not trace the process. */
const EXIT_CODE_FIELD = 52;

function mayTrace(pid: number): boolean {
  try {
    // Asks for the same right.
    readFileSync(`/proc/${pid}/io`);
    return true;
  } catch {
    return false;
  }
}

function readLine(pid: number): string | undefined {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  try {
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}

export const isGone = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ESRCH';
};

let knownBootId: string | undefined;

/** Differs after each boot of the machine. */
export function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return knownBootId;
}

/** What proves later that a pid is still this process; undefined where there is none (a zombie still has one). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks, bootId: bootId() };
}

/** Whether it still runs. A zombie does not. */
export function isSame({ pid, startTicks, bootId: boot, cgroup }: ProcessIdentity): boolean {
  if (boot !== bootId()) return false;
  const stat = readStat(pid);
  if (stat === undefined || stat.startTicks !== startTicks || stat.dead) return false;
  return cgroup === undefined || mayBeIn(pid, cgroup);
}
