/**
 * Tells an end for want of memory from any other SIGKILL: by the control group, else by what the kernel has logged of
 * the very process. Where neither can be read, it stays a SIGKILL.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { oomKillsIn } from './cgroup.js';
import { seekToEnd } from './libc/descriptors.js';

const KERNEL_LOG = '/dev/kmsg';
/** One record is one read; the kernel's largest. */
const RECORD_BYTES = 8_192;
/** Of one look: a machine that logs more has other worries. */
const MOST_RECORDS = 10_000;
const MOST_KILLED = 1_000;
/** Priority, number, microseconds since the boot; then what it says. */
const KILLED = /^\d+,\d+,(\d+),.*?Killed process (\d+) \(/;
const MICROS_PER_TICK = 10_000;

export class OomKills {
  readonly #log = openLog();
  /** Pids that the kernel says it has killed, and that nobody has asked for yet. */
  readonly #killed = new Set<number>();

  /** Of an end that this sidecar has seen. */
  judge(status: ExitStatus, identity: ProcessIdentity): ExitStatus {
    if (!mayBeOom(status)) return status;
    const killed = this.#log === undefined ? isInGroup(identity) : this.#isLogged(this.#log, identity.pid);
    return killed ? { kind: 'oom' } : status;
  }

  /** Of an end without a sidecar: the log is read from its beginning. */
  judgeUnseen(status: ExitStatus, identity: ProcessIdentity): ExitStatus {
    if (!mayBeOom(status)) return status;
    const log = openLog(false);
    if (log === undefined) return isInGroup(identity) ? { kind: 'oom' } : status;
    const killedAt: number[] = [];
    readLog(log, (pid, micros) => {
      if (pid === identity.pid) killedAt.push(micros);
    });
    closeSync(log);
    // Whoever had the same number before it was killed earlier than it was started.
    return killedAt.some((micros) => micros >= identity.startTicks * MICROS_PER_TICK) ? { kind: 'oom' } : status;
  }

  #isLogged(log: number, pid: number): boolean {
    readLog(log, (killed) => this.#remember(killed));
    return this.#killed.delete(pid);
  }

  /** Most are no agents of ours, and never asked for. */
  #remember(pid: number): void {
    const [oldest] = this.#killed;
    if (this.#killed.size >= MOST_KILLED && oldest !== undefined) this.#killed.delete(oldest);
    this.#killed.add(pid);
  }
}

const mayBeOom = (status: ExitStatus): boolean =>
  status.kind === 'unknown' || (status.kind === 'signal' && status.signal === 'SIGKILL');

/** The log names the process; the group only says that it happened to one in it. */
const isInGroup = ({ cgroup }: ProcessIdentity): boolean => cgroup !== undefined && oomKillsIn(cgroup) > 0;

/** What was logged since the last look; nothing, as a rule. */
function readLog(log: number, killed: (pid: number, micros: number) => void): void {
  const record = Buffer.alloc(RECORD_BYTES);
  for (let count = 0; count < MOST_RECORDS; count++) {
    try {
      const length = readSync(log, record, 0, RECORD_BYTES, null);
      if (length === 0) return;
      const [, micros, pid] = KILLED.exec(record.toString('latin1', 0, length)) ?? [];
      if (pid !== undefined) killed(Number(pid), Number(micros));
    } catch (error) {
      // EPIPE: the oldest were overwritten, the rest is there.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return;
    }
  }
}

/** Undefined where we may not read it. */
function openLog(atEnd = true): number | undefined {
  try {
    const fd = openSync(KERNEL_LOG, constants.O_RDONLY | constants.O_NONBLOCK);
    if (atEnd) seekToEnd(fd);
    return fd;
  } catch {
    return undefined;
  }
}
